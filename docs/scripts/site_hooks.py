"""What the site needs besides the pages of `docs/`: the files of the repository to which they link.

The same pages are read on a git host, so they link to files outside `docs/` by their paths. The site has a page for
each of these files. `README.md` is its home page, and `CONTRIBUTING.md` and `CHANGELOG.md` are pages of it too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
AT_ROOT = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
LANGUAGES = {".py": "python", ".yaml": "yaml", ".toml": "toml", ".R": "r"}
# A block of code, in which nothing is a link, or a link to a file of the repository.
BLOCK_OR_LINK = re.compile(
    r"^```(?P<language>\w*)\n(?P<code>.*?)^```$|(?<=\]\()(?!\w+:|#)(?P<path>[^)\s#]+)(?P<anchor>#[^)\s]*)?(?=\))",
    re.DOTALL | re.MULTILINE,
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from files outside `docs/`."""
    for name, uri in AT_ROOT.items():
        files.append(File.generated(config, uri, content=(ROOT / name).read_text(encoding="utf-8")))
    linked = {path for file in files.documentation_pages() for path in _linked_sources(file)}
    for path in linked.union(*(_files_in(folder) for folder in linked)):
        files.append(File.generated(config, _source_uri(path), content=_source_page(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to the pages of the site, and fold the graphs that only a script from elsewhere could draw."""
    here = PurePosixPath(page.file.src_uri).parent

    def on_site(found: re.Match[str]) -> str:
        if found["path"]:
            return os.path.relpath(_uri(_target(page.file, found["path"])), here) + (found["anchor"] or "")
        return _folded(found["code"]) if found["language"] == "mermaid" else found[0]

    return markdown if _is_source(page.file) else BLOCK_OR_LINK.sub(on_site, markdown)


def _linked_sources(file: File) -> Iterator[PurePosixPath]:
    """Yield the files and folders outside `docs/` to which a page links, apart from those that are pages."""
    for found in BLOCK_OR_LINK.finditer(file.content_string):
        if found["path"]:
            target = _target(file, found["path"])
            if _uri(target) == _source_uri(target) and (ROOT / target).exists():
                yield target


def _target(file: File, link: str) -> PurePosixPath:
    """Return what a page links to, as a path from the root of the repository."""
    here = PurePosixPath() if file.src_uri in AT_ROOT.values() else PurePosixPath("docs", file.src_uri).parent
    return PurePosixPath(os.path.normpath(here / link))


def _uri(path: PurePosixPath) -> str:
    """Return where a file of the repository stands in the site."""
    if path.is_relative_to("docs"):
        return str(path.relative_to("docs"))
    return AT_ROOT.get(str(path)) or _source_uri(path)


def _source_uri(path: PurePosixPath) -> str:
    return f"source/{path}.md"


def _is_source(file: File) -> bool:
    return file.src_uri.startswith("source/")


def _source_page(path: PurePosixPath) -> str:
    """Return the page of a file, or of a folder."""
    head = f"---\nsearch: {{exclude: true}}\n---\n# `{path}`\n\n"
    if (ROOT / path).is_dir():
        return head + "".join(f"- [{file.name}]({path.name}/{file.name}.md)\n" for file in _files_in(path))
    text = (ROOT / path).read_text(encoding="utf-8")
    return f"{head}````{LANGUAGES.get(path.suffix, 'text')}\n{text}\n````\n"


def _files_in(path: PurePosixPath) -> list[PurePosixPath]:
    if not (ROOT / path).is_dir():
        return []
    return [path / file.name for file in sorted((ROOT / path).iterdir()) if file.suffix in LANGUAGES]


def _folded(graph: str) -> str:
    text = "".join(f"    {line}" for line in f"```text\n{graph}```".splitlines(keepends=True))
    return f'??? note "The graph as text (Mermaid)"\n\n{text}\n'
