"""Executes a notebook: execute.py NOTEBOOK KERNEL FOLDER OUTPUT. Cells may not fail."""

import sys

import nbformat
from nbclient import NotebookClient

notebook, kernel, folder, output = sys.argv[1:]
content = nbformat.read(notebook, as_version=4)
client = NotebookClient(
    content,
    kernel_name=kernel,
    timeout=120,
    record_timing=False,
    resources={"metadata": {"path": folder}},
)
name = content.metadata.kernelspec
client.execute()
content.metadata.kernelspec = name
content.metadata.pop("widgets", None)
nbformat.write(content, output)
