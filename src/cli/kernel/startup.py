"""Shows below a cell how the session of `anysession exec` starts, then its state, age and cost.

Python runs this file (PYTHONSTARTUP) when a Jupyter kernel starts. In other Pythons it does nothing.
A kernel of `anysession kernel install` also gets `spark` and `%sql`.
"""


def _anysession(shell):
    import ast
    import html
    import json
    import os
    import re
    import sys
    import threading
    import time
    import urllib.request

    from IPython.display import display

    # A command in a cell, such as `!ls`, forks the kernel. What gRPC does at a fork writes lines into the cell, and can end the command.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    # A cell that is done earlier than this shows no progress, seconds.
    patience = 0.4
    interval = 0.5
    # The pause while no session is being started, seconds: each answer asks the service.
    long_interval = 10
    # The status is shown again below a cell that uses Spark when the last one is older than this, seconds.
    status_interval = 60

    remote = re.match(r"sc://([^/]+)/;x-anysession-key=([^;]+)", os.environ.get("SPARK_REMOTE", ""))
    # The proxy is on this machine: no HTTP proxy may see its key.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def status():
        """What the proxy reports; None when it has ended."""
        host, key = remote.groups()
        request = urllib.request.Request(f"http://{host}/status", headers={"Authorization": f"Bearer {key}"})
        try:
            with opener.open(request, timeout=10) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    class Line:
        """One line below a cell, which later texts replace."""

        def __init__(self, text):
            self.text = text

        def _repr_mimebundle_(self, include=None, exclude=None):
            style = "color: #767676; font-size: 85%; font-family: monospace"
            return {
                "text/plain": self.text,
                "text/html": f'<div style="{style}" data-anysession="status">{html.escape(self.text)}</div>',
            }

    class Status:
        """The status line of one cell after the other."""

        def __init__(self):
            self.calls = 0
            self.shown_at = 0.0
            self.shown_states = None
            self.done = threading.Event()
            self.thread = None
            self.handle = None

        def show(self, text):
            if self.handle is None:
                self.handle = display(Line(text), display_id=True)
            else:
                self.handle.update(Line(text))

        def before(self, info):
            # Code that a frontend runs unseen shows nothing.
            if getattr(info, "silent", False):
                return
            self.handle = None
            self.done = threading.Event()
            self.thread = threading.Thread(target=self.follow, args=(self.done, time.monotonic()), daemon=True)
            self.thread.start()

        def follow(self, done, began):
            pause = patience
            while not done.wait(pause):
                seen = status() or {"sessions": []}
                waiting = [one["text"] for one in seen["sessions"] if one["state"] in ("starting", "creating")]
                pause = long_interval if seen["sessions"] and not waiting else interval
                if waiting and not done.is_set():
                    self.show(f"{'; '.join(waiting)} … {time.monotonic() - began:.0f} s")

        def after(self, result):
            if self.thread is None:
                return
            self.done.set()
            self.thread.join()
            self.thread = None
            if "pyspark" not in sys.modules:
                return
            seen = status()
            if seen is None or seen["calls"] == self.calls:
                return
            self.calls = seen["calls"]
            states = [(one.get("id"), one["state"] in ("ready", "busy")) for one in seen["sessions"]]
            is_old = time.monotonic() - self.shown_at > status_interval
            if self.handle is not None or is_old or states != self.shown_states:
                self.shown_at = time.monotonic()
                self.shown_states = states
                self.show("; ".join(one["text"] for one in seen["sessions"]))

    if remote is not None:
        line = Status()
        shell.events.register("pre_run_cell", line.before)
        shell.events.register("post_run_cell", line.after)

    if "ANYSESSION_KERNEL" not in os.environ:
        return

    marker = os.environ["ANYSESSION_KERNEL"]
    do_shutdown = shell.kernel.do_shutdown

    def mark_restart(restart):
        # The session outlives a restart: its command must know that this is one.
        if restart:
            open(marker, "w").close()
        return do_shutdown(restart)

    shell.kernel.do_shutdown = mark_restart

    def make_spark():
        if "spark" not in shell.user_ns:
            from pyspark.sql import SparkSession

            shell.user_ns["spark"] = SparkSession.builder.getOrCreate()

    def uses_spark(code):
        """Whether a cell reads the name, itself or in the text of a magic such as %%time."""
        try:
            nodes = list(ast.walk(ast.parse(shell.transform_cell(code))))
        except SyntaxError:
            return False
        has_magic = any(isinstance(node, ast.Attribute) and node.attr.startswith("run_") for node in nodes)
        return any(
            (isinstance(node, ast.Name) and node.id == "spark")
            or (has_magic and isinstance(node, ast.Constant) and re.search(r"\bspark\b", str(node.value)))
            for node in nodes
        )

    def before_use(info):
        # PySpark 3.5 calls the server when it makes `spark`: a kernel that starts would wait for its session.
        if uses_spark(info.raw_cell):
            make_spark()

    shell.events.register("pre_run_cell", before_use)

    class Fetched:
        """What JupySQL uses of a data frame. With one of Spark it runs the query for the number of rows, for a preview and for the rows."""

        def __init__(self, frame):
            self.columns = list(frame.columns)
            self.toPandas = lambda: frame
            self.count = lambda: len(frame)
            self.collect = lambda: list(frame.itertuples(index=False, name=None))
            self.take = lambda size: list(frame.head(size).itertuples(index=False, name=None))
            self.unpersist = lambda: None

    class SparkSession:
        """The session of the kernel as JupySQL's connection: a statement runs once, when JupySQL sends it."""

        def __getattr__(self, name):
            return getattr(shell.user_ns["spark"], name)

        def sql(self, query):
            return Fetched(shell.user_ns["spark"].sql(query).toPandas())

    def sql(line, cell=None):
        """SQL in the session, with JupySQL. Loaded at the first use."""
        make_spark()
        # JupySQL reports its use to its makers by default.
        os.environ.setdefault("PLOOMBER_STATS_ENABLED", "false")
        try:
            import sql as _  # noqa: F401
        except ImportError:
            from IPython.core.error import UsageError

            raise UsageError(f"%sql needs JupySQL: {sys.executable} -m pip install jupysql") from None
        shell.run_line_magic("load_ext", "sql")
        shell.run_line_magic("config", "SqlMagic.feedback = 0")
        shell.run_line_magic("config", "SqlMagic.displaycon = False")
        shell.run_line_magic("config", "SqlMagic.autopandas = True")
        # A connection is named by a variable.
        shell.user_ns["_anysession_connection"] = SparkSession()
        shell.run_line_magic("sql", "_anysession_connection")
        del shell.user_ns["_anysession_connection"]
        return shell.run_line_magic("sql", line) if cell is None else shell.run_cell_magic("sql", line, cell)

    shell.register_magic_function(sql, "line_cell", "sql")


def _anysession_startup():
    import os

    earlier = os.environ.pop("ANYSESSION_PYTHONSTARTUP", None)
    if earlier is not None:
        os.environ["PYTHONSTARTUP"] = earlier
        try:
            with open(earlier) as file:
                exec(compile(file.read(), earlier, "exec"), globals())
        except OSError as error:
            print(f"Could not open PYTHONSTARTUP: {error}")
    else:
        os.environ.pop("PYTHONSTARTUP", None)
    shell = globals().get("get_ipython", lambda: None)()
    if hasattr(shell, "kernel"):
        _anysession(shell)


try:
    _anysession_startup()
finally:
    del _anysession, _anysession_startup
