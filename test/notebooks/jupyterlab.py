"""Runs the first cells of a notebook in the page of JupyterLab, and prints their outputs as JSON.

jupyterlab.py URL CELLS [PICTURE]: the page of the notebook, how many cells to run, and where to write a picture of the page.
"""

import json
import os
import re
import shutil
import sys

from playwright.sync_api import expect, sync_playwright

url, cells, *picture = sys.argv[1:]
executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
if executable is None:
    sys.exit("Chromium is missing: apt-get install chromium, or set CHROMIUM")
# A kernel and a session start meanwhile, milliseconds.
PATIENCE = 90_000

with sync_playwright() as playwright:
    # The tests may run as root in a container, where Chromium's sandbox does not start.
    browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1000, "height": 980}, reduced_motion="reduce")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    notebook = page.locator(".jp-Notebook")
    notebook.locator(".jp-Cell").first.click(timeout=PATIENCE)
    # The kernel is idle.
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=PATIENCE)
    page.keyboard.press("Escape")
    for _ in range(int(cells)):
        page.keyboard.press("Shift+Enter")
    code = notebook.locator(".jp-CodeCell")
    chosen = notebook.locator(".jp-Cell").all()[: int(cells)]
    ran = [each for each in chosen if "jp-CodeCell" in each.get_attribute("class")]
    for each in ran:
        expect(each.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)
        # Outputs may come after the number.
        expect(each.locator(".jp-OutputArea-output").last).to_be_visible(timeout=PATIENCE)
    outputs = [each.locator(".jp-OutputArea-output").all_inner_texts() for each in ran]
    if picture:
        code.first.evaluate("cell => cell.scrollIntoView()")
        page.screenshot(path=picture[0])
    browser.close()
print(json.dumps({"outputs": outputs, "errors": errors}))
