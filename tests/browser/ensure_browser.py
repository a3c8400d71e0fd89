"""Find a Chromium that starts, and bring one where there is none; `make test` does this first.

The system's own comes first, then a download of Playwright's, then (as root) the system's packages.
Prints the path of the browser that the tests will drive, or nothing when it is Playwright's own.
"""

import os
import shutil
import signal
import subprocess
import sys

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
INSTALLERS = {
    "playwright": [[sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]],
    "apt-get": [
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"],
    ],
}
INSTALL_SECONDS = 300
NO_BROWSER = (
    "The browser tests need a Chromium, and none starts here: install the package `chromium` "
    "of your system, or Google Chrome, or run `python -m playwright install --with-deps chromium`."
)


def launch(playwright: Playwright) -> tuple[Browser, str | None] | None:
    """Start the first browser that can be started; its path is None when it is Playwright's own."""
    system_paths = [path for name in SYSTEM_NAMES if (path := shutil.which(name))]
    for path in (*system_paths, None):
        try:
            return playwright.chromium.launch(executable_path=path, args=FLAGS), path
        except Error as error:
            reason = str(error).splitlines()[0]
            print(f"{path or 'Playwright’s Chromium'} does not start: {reason}", file=sys.stderr)
    return None


def installed(command: list[str]) -> bool:
    """Run one command of an installer, its output on stderr; False when it fails or hangs."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        env=environment,
        start_new_session=True,  # so that a download which hangs can be ended with its children
    )
    try:
        return process.wait(INSTALL_SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def main() -> int:
    """Exit status 0 when a browser starts, at last."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        for name, commands in INSTALLERS.items():
            if found:
                break
            if name == "apt-get" and not (shutil.which("apt-get") and os.geteuid() == 0):
                continue
            print(f"No browser yet; asking {name} for one.", file=sys.stderr)
            if all(installed(command) for command in commands):
                found = launch(playwright)
        if not found:
            print(NO_BROWSER, file=sys.stderr)
            return 1
        browser, path = found
        browser.close()
        if path:
            print(path)
        return 0


if __name__ == "__main__":
    sys.exit(main())
