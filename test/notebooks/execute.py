"""Executes a notebook: execute.py NOTEBOOK KERNEL FOLDER OUTPUT. Cells may not fail."""

import sys
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete

notebook, kernel, folder, output = sys.argv[1:]

# How long after a cell Deno may still send what the cell printed, seconds.
LATE_OUTPUT = 1.0


class PatientClient(NotebookClient):
    """Takes outputs that arrive after the kernel has said that it is idle, as Jupyter's page does. Deno sends some that late."""

    async def async_execute_cell(self, cell, cell_index, **options):
        executed = await super().async_execute_cell(cell, cell_index, **options)
        while executed.cell_type == "code":
            try:
                message = await self.kc.iopub_channel.get_msg(timeout=LATE_OUTPUT)
            except Empty:
                break
            try:
                self.process_message(message, executed, cell_index)
            except CellExecutionComplete:
                pass
        return executed


content = nbformat.read(notebook, as_version=4)
client = (PatientClient if kernel == "deno" else NotebookClient)(
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
