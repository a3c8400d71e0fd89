"""How the components' scripts are put together. That node accepts each: tests/js."""

import re
from pathlib import Path

import pytest

from app.components import scripts


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def test_a_script_stands_after_all_that_it_needs_and_each_is_there_once(tmp_path: Path):
    write(
        tmp_path,
        {
            "pad.js": 'import { b } from "./b.js";\nimport { A } from "./a.js";\nexport default b;',
            "a.js": "export class A {}\n",
            "b.js": 'import {\n  A,\n} from "./a.js";\n\nexport const b = new A();\nconst own = 1;',
            "never.js": "never();\n",
        },
    )
    bundled = scripts.bundle("pad.js", tmp_path)
    lines = [line for line in bundled.splitlines() if line]
    assert lines == ["class A {}", "const b = new A();", "const own = 1;", "export default b;"]


def test_words_like_import_and_export_stay_in_comments_and_strings(tmp_path: Path):
    text = '// import { A } from "./a.js";\nconst words = "export const x";\n'
    write(tmp_path, {"a.js": text})
    assert scripts.bundle("a.js", tmp_path) == text


def test_comments_for_the_type_checker_stay_behind_and_all_else_arrives(tmp_path: Path):
    text = """// A word.
/** @typedef {number} Nats */
/**
 * Of x.
 * @param {Nats} x
 */
const f = (x) => 2 * /** @type {any} */ (x);
  /* kept */
"""
    write(tmp_path, {"a.js": text})
    assert scripts.bundle("a.js", tmp_path).splitlines() == [
        "// A word.",
        "const f = (x) => 2 * /** @type {any} */ (x);",
        "  /* kept */",
    ]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {
                "a.js": 'import { b } from "./b.js";\n',
                "b.js": 'import { c } from "./c.js";\n',
                "c.js": 'import { b } from "./b.js";\n',
            },
            "these scripts need each other in a circle: b.js → c.js → b.js",
        ),
        (
            {"a.js": 'import { b } from "./gone.js";\n'},
            "the script gone.js, which a.js imports, is not in",
        ),
        ({}, "the script a.js is not in"),
        ({"a.js": 'import b from "./b.js";\n', "b.js": ""}, 'a.js says `import b from "./b.js";`'),
        ({"a.js": 'import { b } from "other";\n'}, 'a.js says `import { b } from "other";`'),
        ({"a.js": "const b = 1;\nexport { b };\n"}, "a.js says `export { b };`"),
    ],
)
def test_what_cannot_be_put_together_is_refused_with_a_sentence(
    tmp_path: Path, files: dict[str, str], sentence: str
):
    write(tmp_path, files)
    with pytest.raises(ValueError, match="^" + re.escape(sentence)):
        scripts.bundle("a.js", tmp_path)
