"""The components' scripts, each put together with what it needs.

Each script names what it needs at its top, as any JavaScript module does, so that editors,
TypeScript and node understand the files as they are. But Streamlit hands a component one string,
which cannot import another; so `bundle` writes the needed scripts one after the other into it.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function)\b)", re.MULTILINE)
_TYPES = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/\n", re.MULTILINE | re.DOTALL)
_UNKNOWN = re.compile(r"^(?:import\b|export (?!default\b)).*", re.MULTILINE)


def read(name: str) -> str:
    """A file of this folder: a component's HTML or CSS."""
    return (HERE / name).read_text(encoding="utf-8")


def bundle(name: str, folder: Path = HERE) -> str:
    """A script as one string, after all that it needs, each once.

    What all of them declare shares one scope there. Comments that begin with two stars hold types
    for editors and the checker, and stay behind. Raises ValueError where scripts need each
    other in a circle, where one needs a file that is not there, or where an import or export is
    written in another way than the ones in this folder.
    """
    written: dict[str, str] = {}  # in the order in which they are needed

    def add(name: str, needed_by: tuple[str, ...]) -> None:
        if name in needed_by:
            circle = " → ".join([*needed_by[needed_by.index(name) :], name])
            raise ValueError(f"these scripts need each other in a circle: {circle}")
        if name in written:
            return
        path = folder / name
        if not path.is_file():
            by = f", which {needed_by[-1]} imports," if needed_by else ""
            raise ValueError(f"the script {name}{by} is not in {folder.name}/")
        text = path.read_text(encoding="utf-8")
        for needed in _IMPORT.findall(text):
            add(needed, (*needed_by, name))
        text = _TYPES.sub("", _EXPORT.sub("", _IMPORT.sub("", text)))
        if unknown := _UNKNOWN.search(text):
            raise ValueError(
                f'{name} says `{unknown[0]}`: write `import {{ … }} from "./file.js";` and put '
                "`export` before a class, const or function"
            )
        written[name] = text

    add(name, ())
    return "\n".join(written.values())
