#!/usr/bin/env python3
"""check_links.py FOLDER: whether every link of its pages to the folder's own files leads somewhere, to the paragraph."""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

root = Path(sys.argv[1]).resolve()


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.names, self.links = {"", "top", "__skip"}, []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for key, value in attrs:
            if key in ("id", "name"):
                self.names.add(value)
            elif key in ("href", "src") and value is not None:
                self.links.append(value)


pages = {path: Page(path) for path in root.rglob("*.html")}
missing = []
count = 0
for path, page in pages.items():
    if path.name == "404.html":  # its links are those of a server's root
        continue
    for link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        count += 1
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target = target / "index.html"
        if not target.is_relative_to(root) or not target.exists():
            missing.append(f"{path.relative_to(root)}: {link}")
        elif parts.fragment == "nested-classes":  # Doxygen 1.9.4 names a list that it leaves out where all are private
            continue
        elif target in pages and unquote(parts.fragment) not in pages[target].names:
            missing.append(f"{path.relative_to(root)}: {link}: no such place on that page")
if missing or count == 0:
    sys.exit("Links that lead nowhere:\n  " + "\n  ".join(sorted(set(missing))))
print(f"{count} links on {len(pages)} pages lead somewhere")
