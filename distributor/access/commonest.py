"""The commonest passwords, and the words that people dress up with digits to reach a length."""

_WORDS = """
000000000000 111111111111 112233445566 121212121212 123123123123 123321123321 1234567890 12345678901 123456789012
1234567890123 12345678910 123456789123 123456789abc 123456123456 123qwe123qwe 147258369147 159753159753 1a2b3c4d5e6f
1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 314159265358 5201314 520520520520 666666666666
741852963741 789456123789 888888888888 987654321000 987654321098 999999999999 a123456789 a1234567890 a12345678900
aa123456789 abc abc123 abcd abcdef abcdefgh abcdefghijkl abcabcabcabc admin adminadmin administrator adminpassword
aini aiwoaini asdf asdfasdf asdfasdfasdf asdfghjkl asdfghjkl;' asdfjkl beijing bulletin changeit changeme changemenow
charlie china computer default demo distributor dragon flower football forever fuckyou guest hello helloworld huawei
iloveyou iloveyoubaby jordan keyboard kejibu letmein lianmeng login loveme loveyou manager master michael mima
mimamima monkey mypassword newpassword nihao nopassword ninini p@ssw0rd p@ssword pa$$word pa55word passphrase passw0rd
passwd password passwordpassword princess public q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx qazwsxedc qazwsxedcrfv
qq123456 qwer qwerasdf qwerasdfzxcv qwert qwerty qwertyqwerty qwertyuiop qwertyuiop[] qwertyuiopasdf root secret
service shadow starwars sunshine superman system test testtest testtesttest trustno1 user username wangyi welcome
welcomewelcome whatever woaini woainiwoaini wojiushiwo woshishui xiaoming xiefa zaq12wsx zhongguo zxcv zxcvbnm
zxcvbnmasdfg zxcvbnmzxcvbn
密码密码密码 我的密码 我爱你 我爱你我爱你 中国 中华人民共和国 秘书处 简报 联盟协发网 管理员 管理员密码
"""

COMMONEST = frozenset(_WORDS.split())
