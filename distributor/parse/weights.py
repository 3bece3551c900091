"""How much each piece of evidence counts, in the manner of log odds.

The values were tuned together on bulletins of known structure; each is a plain number that its name explains.
A positive weight speaks for what the name says. Lengths are characters, distances are half-width columns.
"""

# --- any heading ---
HEADING_STYLE = 5.0  # a heading style or outline level
HEADING_LOOK = 3.0  # larger or bolder than the running text
HEADING_PLAIN_LOOK = -1.0  # looks like the running text in a file that tells looks
HEADING_PROMISED = 6.0  # in the contents table
HEADING_DISTANCE = 1.5  # an empty line above
HEADING_OPENER = -3.5  # begins as a report does
HEADING_FULL_STOP = -5.0  # a full stop inside
HEADING_WESTERN = -3.0  # no Chinese character
HEADING_CENTRED = 1.5  # centred, title
HEADING_MARKER_ROLE = 4.0  # the marker has this role in the document
HEADING_WITHOUT_MARKER = -2.5  # others of the role have a marker

# --- section headings ---
SECTION = -1.5
SECTION_SHORT = 0.5
SECTION_PER_EXTRA_CHARACTER = -0.4
SECTION_WORD = 1.5  # ends as names of sections do
SECTION_BARE = -1.5  # neither such an ending nor a marker nor a look
SECTION_PUNCTUATION = -2.5  # a comma, colon, quotation inside
SECTION_PROMISED = 1.5  # shown as a section in the contents table
SECTION_PROMISED_AS_ITEM = -3.0
SECTION_FIRST_LEVEL = 1.0
SECTION_FULL_LINE = -3.0
SECTION_CENTRED = 1.0
SECTION_ABOVE_TITLE = 0.5
SECTION_ABOVE_TEXT = -2.5
SECTION_ABOVE_FULL_LINE = -1.5
SECTION_LAST = -4.0  # nothing below

# --- titles ---
TITLE = -0.5
TITLE_PER_MISSING_CHARACTER = -0.4
TITLE_PER_EXTRA_CHARACTER = -0.05
TITLE_PROMISED = 1.5
TITLE_PROMISED_AS_SECTION = -3.0
TITLE_AFTER_END = 1.0  # what stands above has ended
TITLE_FIELD = -3.0  # begins with a run-in label
TITLE_OPENS_BRACKET = -2.5
TITLE_LIST_PUNCTUATION = -2.0  # a semicolon or several commas
TITLE_SHORT_LINE = 0.5
TITLE_FULL_LINE = -0.5
TITLE_INDENTED = -1.0  # as far as a paragraph
TITLE_NOT_INDENTED = 0.5
TITLE_ABOVE_OPENER = 2.5
TITLE_ABOVE_INDENTED = 1.0
TITLE_ABOVE_FULL_LINE = 1.0  # a short row without an end mark stands above a full line
TITLE_ABOVE_REMNANT = -2.5  # the last words of a sentence
TITLE_ABOVE_LONG_LINE = 1.5
TITLE_LAST = -1.0

# --- further lines of a title: evidence that the title has ended above ---
BREAK = 2.0
BREAK_OPEN = -5.0  # a bracket or quotation mark waits
BREAK_COMMA = -3.5
BREAK_LEADING_BRACKET = -3.0
BREAK_LOWER_CASE = -2.5
BREAK_SUBTITLE = -8.0  # begins with a dash, as subtitles do
BREAK_MARKER = 3.0
BREAK_OPENER = 3.0
BREAK_PER_MISSING_CHARACTER = 0.6  # the line above is shorter than first lines of titles are
BREAK_SECTION_WORD = 1.5
BREAK_UNBALANCED = 1.0  # much shorter than this line
BREAK_PARAGRAPH = 2.5  # the file begins a new paragraph
BREAK_WRAPPED = -10.0  # no trailing space where paragraph ends have one
BREAK_FULL_LINE = -1.5
BREAK_HANGING = -7.0  # a full indented line goes on at the left margin
BREAK_LOOK = 4.0
BREAK_CENTRED = -2.5
BREAK_DISTANCE = 4.0
BREAK_THIRD_LINE = 0.5

# --- paragraphs ---
TEXT_FULL_STOP = 2.0
TEXT_HEADING_STYLE = -4.0
TEXT_LOOK = -2.5
TEXT_PROMISED = -4.0
TEXT_FULL_LINE = 0.5
PARAGRAPH_OPENER = 1.0
PARAGRAPH_FIELD = 0.5
PARAGRAPH_INDENTED = 1.0
PARAGRAPH_NOT_INDENTED = -3.5
PARAGRAPH_FULL_WITHOUT_INDENT = -4.0  # the line is quite full although the indentation is lost
PARAGRAPH_NEARLY_FULL = -2.5
PARAGRAPH_LACKS_INDENT = 1.5  # just the indentation is lacking
LIST_MARKER_ROLE = 3.0
INNER_MARKER_ROLE = 6.0  # numbers that begin inside an article
NOTE = 2.0
NOTE_UNNAMED = -1.5
NOTE_LIKE_HEADING = -5.0

TABLE_NO_HEADING = -12.0

# --- between two rows: evidence that a paragraph begins ---
NEW_CERTAIN = 12.0  # the file says so
NEW_TABLE = 8.0  # one of the rows is a row of a table
NEW_SPACED = 7.5  # trailing space where paragraph ends have one
NEW_UNSPACED = -8.0
NEW_UNWRAPPED = 6.0
NEW = -3.0
NEW_ROOM = 2.5  # the next word would have fitted above
NEW_PER_COLUMN = 0.45
NEW_ROOM_MOST = 8.0
NEW_INDENTED = 4.0
NEW_FURTHER_IN = 2.5
NEW_NOT_INDENTED = -5.0
NEW_DISTANCE = 2.5
NEW_SMALL_DISTANCE = 1.5
NEW_STOP = 1.2
NEW_MARK = 0.8
NEW_SEMI = -1.5
NEW_COLON = 0.3
NEW_COMMA = -3.0
NEW_OPEN = -1.5
NEW_CLOSE = 0.0
NEW_PLAIN = -2.0
NEW_LEADING_CLOSER = -6.0
NEW_LOWER_CASE = -2.0
NEW_OPENER = 1.5
NEW_DATED = 3.0  # begins with a day, after a row without end mark
NEW_MARKER = 3.0
NEW_FIELD = 1.0
NEW_WESTERN = -6.0  # western text goes on
NEW_BRACKET_WAITS = -0.5
NEW_LOOK = 4.0

# --- how nodes end ---
HEADING_END_STOP = -5.0
HEADING_END_COMMA = -4.0
HEADING_END_COLON = -3.0
HEADING_END_OPEN = -4.0
HEADING_END_MARK = -0.3
HEADING_END_PLAIN = 0.5
TEXT_END_STOP = 0.5
TEXT_END_MARK = 0.3
TEXT_END_SEMI = -0.5
TEXT_END_COMMA = -4.0
TEXT_END_COLON = 0.0
TEXT_END_COLON_LAST = -3.0
TEXT_END_OPEN = -3.0
TEXT_END_CLOSE = -0.5
TEXT_END_PLAIN = -3.5
TEXT_END_PLAIN_LISTED = -1.0
TEXT_END_PLAIN_LONG = -5.0
TEXT_END_SHORT = -1.5  # no end mark although there is room for more
FULL_LINE_END = -4.0  # a full line ends neither a heading nor an unfinished sentence
FULL_LINE_END_PERHAPS = -2.5
FULL_LINE_OPENER = 2.0
FULL_LINE_DISTANCE = 2.5
FULL_LINE_INDENTED = 3.0
LAST_SECTION = -6.0
LAST_TITLE = -2.0

# --- attributions and succession ---
ATTRIBUTION = 6.0
ATTRIBUTION_NO_HEADING = -8.0
ATTRIBUTION_NO_TEXT = -4.0
ATTRIBUTION_MORE = 30.0
SECTION_SECTION = -4.0
TITLE_TITLE = -6.5
TITLE_SECTION = -6.0
TITLE_WITHOUT_TEXT_MARKED = 4.0  # what follows has the marker of its role
TITLE_ATTRIBUTION = -3.0
TEXT_TITLE = -0.5
TEXT_SECTION = -1.0
TEXT_ATTRIBUTION = 0.5
ATTRIBUTION_TITLE = 2.0
ATTRIBUTION_SECTION = 1.5
ATTRIBUTION_TEXT = -4.0
ATTRIBUTION_ATTRIBUTION = -2.0
NOTE_NOTE = -0.5
OPENING_NOTE = -3.0

# --- habits of the document ---
HABIT_KEPT = 0.7
HABIT_BROKEN = -1.5
