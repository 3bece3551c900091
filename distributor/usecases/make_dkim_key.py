"""Make and read the keys that sign mails."""

from pathlib import Path

from distributor import compose
from distributor.compose import DkimAlgorithm, DkimKey
from distributor.errors import Conflict, Misconfigured
from distributor.usecases.secret_files import write_secret


def make_dkim_key(folder: Path, domain: str, selector: str, algorithm: DkimAlgorithm) -> DkimKey:
    """Make a key and keep it in a file of mode 0600; a key that exists is never overwritten.

    Args:
        folder: folder of the keys.
        domain: signing domain.
        selector: name of the key.
        algorithm: RSA or Ed25519.

    Raises:
        Conflict: `dkim-key-exists`.
        Misconfigured: `dkim-selector-invalid`, or `secrets-unusable`.
    """
    key = compose.new_key(domain, selector, algorithm)
    file = _file(folder, selector)
    try:
        is_new = write_secret(file, compose.to_pem(key))
    except OSError as error:
        raise Misconfigured("secrets-unusable", file=str(file), problem=error) from error
    if not is_new:
        raise Conflict("dkim-key-exists", selector=selector, file=str(file))
    return key


def read_dkim_key(folder: Path, domain: str, selector: str) -> DkimKey:
    """Read a key that signs.

    Args:
        folder: folder of the keys.
        domain: signing domain.
        selector: name of the key.

    Raises:
        Misconfigured: `dkim-key-missing`, or what is wrong with it.
    """
    file = _file(folder, selector)
    try:
        pem = file.read_bytes()
    except FileNotFoundError as error:
        raise Misconfigured("dkim-key-missing", selector=selector, file=str(file)) from error
    except OSError as error:
        raise Misconfigured("secrets-unusable", file=str(file), problem=error) from error
    return compose.from_pem(domain, selector, pem)


def _file(folder: Path, selector: str) -> Path:
    return folder / "dkim" / f"{selector.replace('/', '_')}.pem"
