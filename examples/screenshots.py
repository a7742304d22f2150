"""`make screenshots`: the pictures of docs/images, of the sample library as `counterclaim serve` shows it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
QUESTION = "/ask?q=MSC+vs+control+for+NIHSS+in+stroke"
#: Name, address, width, height, and whether it is dark; of an address with a link's words behind a bar, that link is followed first.
PICTURES = (
    ("question", QUESTION, 1200, 900, False),
    ("phone", QUESTION, 400, 800, False),
    ("text", f"{QUESTION}|In its text", 1200, 640, False),
    ("dispute", "/disputes|mRS", 1200, 760, True),
)


@contextlib.contextmanager
def served(library: Path) -> Iterator[str]:
    """The site over a library; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("counterclaim")
    process = subprocess.Popen([program, "serve", "--db", library, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def main() -> int:
    """Build the sample library in a folder of its own, serve it, and photograph it."""
    from playwright.sync_api import sync_playwright

    browser_program = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if browser_program is None:
        print("There is no browser here: make browser", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "sample.db"
        program = Path(sys.executable).with_name("counterclaim")
        subprocess.run([program, "add", ROOT / "examples" / "library", "--db", library], check=True, stdout=subprocess.DEVNULL)
        with served(library) as address, sync_playwright() as started:
            browser = started.chromium.launch(executable_path=browser_program, args=["--no-sandbox"])
            for name, place, width, height, dark in PICTURES:
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
                path, _, link = place.partition("|")
                page.goto(address + path)
                if link:
                    page.get_by_role("link", name=link).first.click()
                    page.wait_for_load_state()
                page.screenshot(path=IMAGES / f"{name}.png")
                page.close()
            browser.close()
    print(f"{len(PICTURES)} pictures are in {IMAGES.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
