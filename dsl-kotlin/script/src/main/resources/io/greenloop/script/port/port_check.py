"""Lists what a Python program uses of asyncio, greenlet, eventlet and gevent, with the counterparts.

Started by `greenloop port-check`:  port_check.py FOLDER [--json] FILE...
FOLDER holds the pages of the guide, whose tables say what every name has become (first column: the
Python names, second: Java, third: Kotlin), and rows.tsv, which names the rules of docs/parity.

Types are inferred as far as assignments, annotations and `with` show them, within a function and for
the attributes of self. What is reached in another way (parameters without annotation, elements of
lists) goes unnoticed; the summary says so.
"""

import ast
import json
import pathlib
import re
import sys

LIBRARIES = ("asyncio", "greenlet", "eventlet", "gevent")

# What a call gives, where its name does not say it: functions, by the end of their names.
GIVES = {
    "asyncio.create_task": "asyncio.Task",
    "asyncio.ensure_future": "asyncio.Future",
    "asyncio.gather": "asyncio.Future",
    "asyncio.shield": "asyncio.Future",
    "asyncio.wrap_future": "asyncio.Future",
    "asyncio.current_task": "asyncio.Task",
    "asyncio.get_event_loop": "asyncio.loop",
    "asyncio.get_running_loop": "asyncio.loop",
    "asyncio.new_event_loop": "asyncio.loop",
    "asyncio.start_server": "asyncio.Server",
    "asyncio.start_unix_server": "asyncio.Server",
    "asyncio.create_subprocess_exec": "asyncio.Process",
    "asyncio.create_subprocess_shell": "asyncio.Process",
    "asyncio.open_connection": ("asyncio.StreamReader", "asyncio.StreamWriter"),
    "asyncio.open_unix_connection": ("asyncio.StreamReader", "asyncio.StreamWriter"),
    "asyncio.timeout": "asyncio.Timeout",
    "asyncio.loop.create_task": "asyncio.Task",
    "asyncio.loop.create_future": "asyncio.Future",
    "asyncio.loop.create_server": "asyncio.Server",
    "asyncio.loop.call_soon": "asyncio.Handle",
    "asyncio.loop.call_later": "asyncio.TimerHandle",
    "asyncio.loop.call_at": "asyncio.TimerHandle",
    "asyncio.TaskGroup.create_task": "asyncio.Task",
    "greenlet.greenlet": "greenlet.greenlet",
    "greenlet.getcurrent": "greenlet.greenlet",
    "eventlet.getcurrent": "greenlet.greenlet",
    "eventlet.spawn": "eventlet.GreenThread",
    "eventlet.spawn_after": "eventlet.GreenThread",
    "eventlet.spawn_after_local": "eventlet.GreenThread",
    "eventlet.greenthread.spawn": "eventlet.GreenThread",
    "eventlet.spawn_n": "greenlet.greenlet",
    "eventlet.listen": "eventlet.socket",
    "eventlet.connect": "eventlet.socket",
    "eventlet.wrap_ssl": "eventlet.socket",
    "eventlet.GreenPool.spawn": "eventlet.GreenThread",
    "eventlet.Timeout.start_new": "eventlet.Timeout",
    "gevent.spawn": "gevent.Greenlet",
    "gevent.spawn_later": "gevent.Greenlet",
    "gevent.spawn_raw": "greenlet.greenlet",
    "gevent.getcurrent": "gevent.Greenlet",
    "gevent.get_hub": "gevent.Hub",
    "gevent.Greenlet.spawn": "gevent.Greenlet",
    "gevent.Greenlet.spawn_later": "gevent.Greenlet",
    "gevent.Pool.spawn": "gevent.Greenlet",
    "gevent.Group.spawn": "gevent.Greenlet",
    "gevent.ThreadPool.spawn": "gevent.AsyncResult",
    "gevent.Timeout.start_new": "gevent.Timeout",
    "gevent.socket.create_connection": "gevent.socket",
    "gevent.subprocess.Popen": "gevent.Popen",
}

# What an attribute holds whose class its name does not say.
HOLDS = {
    "gevent.Popen.stdin": "gevent.FileObject", "gevent.Popen.stdout": "gevent.FileObject",
    "gevent.Popen.stderr": "gevent.FileObject", "eventlet.Popen.stdin": "eventlet.GreenPipe",
    "eventlet.Popen.stdout": "eventlet.GreenPipe", "eventlet.Popen.stderr": "eventlet.GreenPipe",
    "greenlet.greenlet.parent": "greenlet.greenlet", "gevent.Hub.threadpool": "gevent.ThreadPool", "gevent.Hub.loop": "gevent.loop", "gevent.Greenlet.loop": "gevent.loop",
}

CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"(?:from \S+ import |import |await |async with |async for \S+ in |with |for \S+ in |new )?"
                  r"([A-Za-z_]\w*(?:\.\w+)*(?:\.\*)?)")


def answers_to(codes, cell):
    """What `cell` says to each of `codes`: all of it, or one by one where it lists as many."""
    answers = CODE.findall(cell)
    listed = set(CODE.sub("", cell)) <= set(", ") and len(answers) == len(codes)
    return answers if listed else [cell] * len(codes)


class Counterparts:
    """The tables of the guide, and the rules."""

    def __init__(self, folder):
        self.entries = {library: {} for library in LIBRARIES}
        for page in sorted(folder.glob("*.md")):
            self._read(page)
        self.rows = {}
        for line in (folder / "rows.tsv").read_text("utf-8").splitlines():
            name, rows = line.split("\t")
            self.rows[name] = rows.split(" ")

    def _read(self, page):
        library = None
        for line in page.read_text("utf-8").splitlines():
            if not line.startswith("|"):
                library = None
                continue
            cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if library is None:
                words = cells[0].replace("of ", "").split()
                library = words[0] if words and words[0] in LIBRARIES else ""
                continue
            if not library or set(cells[0]) <= set("-: "):
                continue
            absent = cells[0] and not CODE.search(cells[0])  # "| a reader | `names`, … |"
            codes = CODE.findall(cells[1] if absent else cells[0])
            answers = [[None] * len(codes)] * 2 if absent else [
                answers_to(codes, cell) for cell in (cells + [""])[1:3]
            ]
            for code, java, kotlin in zip(codes, *answers):
                found = NAME.match(code)
                if found:
                    self.entries[library].setdefault(found.group(1), (java, kotlin))

    def find(self, use):
        """(java, kotlin), (None, None) if the guide says there is none, None if it says nothing."""
        table = self.entries[use.library]
        for key in use.keys():
            if key in table:
                return table[key]
        return None

    def rules(self, use):
        for key in use.keys():
            if (rows := self.rows.get(f"{use.library}:{key}")) is not None:
                return rows
        return []


# How the tables call an object of a class where it is not the class's name in small letters.
OBJECTS = {
    "StreamReader": "reader", "StreamWriter": "writer", "TaskGroup": "group", "Timeout": "scope",
    "TimerHandle": "timer", "Greenlet": "g", "GreenThread": "gt", "greenlet": "g", "Popen": "process",
    "GreenPool": "pool", "GreenPile": "pile", "AsyncResult": "result", "LightQueue": "queue",
    "BaseServer": "server", "ThreadPool": "pool", "socket": "sock",
}

# Whose members a class has as well.
INHERITS = {
    "Task": "Future", "TimerHandle": "Handle", "BoundedSemaphore": "Semaphore", "LifoQueue": "Queue",
    "PriorityQueue": "Queue", "JoinableQueue": "Queue", "SimpleQueue": "Queue", "Channel": "Queue",
    "Pool": "Group", "ThreadPool": "Group", "BufferedProtocol": "Protocol", "CappedSemaphore": "Semaphore",
    "DummySemaphore": "Semaphore", "RLock": "Semaphore", "Lock": "Semaphore", "LockType": "Semaphore",
    "allocate_lock": "Semaphore", "StreamServer": "BaseServer", "DatagramServer": "BaseServer",
    "BackdoorServer": "StreamServer", "SocketType": "socket", "SSLSocket": "socket", "GreenSocket": "socket",
    "FileObjectBlock": "FileObject", "FileObjectPosix": "FileObject", "FileObjectThread": "FileObject",
    "TokenPool": "Pool", "LocalTimer": "Timer", "BaseHub": "Hub", "GreenSSLSocket": "GreenSocket",
}


def family(owner):
    """The class, and those whose members it has as well."""
    while owner is not None:
        yield owner
        owner = INHERITS.get(owner)


class Use:
    """One place where a program names something of a library."""

    def __init__(self, file, node, name):
        self.file, self.line, self.column, self.name = file, node.lineno, node.col_offset + 1, name
        self.library = name.split(".")[0]

    def keys(self):
        """Under what a table may have it, the most exact first."""
        parts = self.name.split(".")[1:]
        if len(parts) >= 2:
            owner, member = parts[-2], parts[-1]
            yield ".".join([self.library] + parts)
            yield ".".join(parts)
            for each in family(owner):
                yield f"{each}.{member}"
                yield f"{each.lower()}.{member}"
                if each in OBJECTS:
                    yield f"{OBJECTS[each]}.{member}"
            # A member is not the function of the same name.
            if member[0].isupper() or not (owner[0].isupper() or owner in ("loop", "greenlet", "socket")):
                yield member
            # "pywsgi.*": the row of all names of a class, or of a module, that have none of their own.
            yield from (f"{each}.*" for each in family(owner))
            for end in range(len(parts), 0, -1):
                yield ".".join(parts[:end]) + ".*"
        elif parts:
            yield f"{self.library}.{parts[0]}"
            yield parts[0]
        else:
            yield self.library


class Scope(ast.NodeVisitor):
    """Reads one file; knows for each function what its names are bound to."""

    def __init__(self, file):
        self.file, self.uses = file, []
        self.scopes = [{}]  # names of a function, those around it before
        self.attributes = [{}]  # self.x of a class

    # What is bound

    def visit_Import(self, node):
        for alias in node.names:
            root = alias.name.split(".")[0]
            if root in LIBRARIES:
                self.scopes[-1][alias.asname or root] = alias.name if alias.asname else root

    def visit_ImportFrom(self, node):
        if node.level or not node.module or node.module.split(".")[0] not in LIBRARIES:
            return
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if alias.name == "*":
                self._use(node, f"{node.module}.*")
            else:
                self.scopes[-1][alias.asname or alias.name] = name

    def visit_FunctionDef(self, node):
        for each in node.decorator_list:
            self.visit(each)
        self.scopes.append({})
        arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        for argument in arguments:
            self._bind(ast.Name(argument.arg), self._annotated(argument.annotation))
            if argument.annotation:
                self.visit(argument.annotation)
        for each in node.args.defaults + [d for d in node.args.kw_defaults if d] + node.body:
            self.visit(each)
        if node.returns:
            self.visit(node.returns)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        for each in node.decorator_list + node.bases + node.keywords:
            self.visit(each)
        bases = [self._resolve(base) for base in node.bases]
        known = {"": next((base for base in bases if base), None)}
        for each in ast.walk(node):  # what the class has of its own is not its base's
            if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                known[each.name] = None
            elif self._of_self(each) and isinstance(each.ctx, ast.Store):
                known[each.attr] = None
        self.attributes.append(known)
        # __init__ first: it says what the attributes are that the others use.
        for each in sorted(node.body, key=lambda e: getattr(e, "name", "") != "__init__"):
            self.visit(each)
        self.attributes.pop()

    def visit_Assign(self, node):
        self.visit(node.value)
        given = self._type(node.value)
        for target in node.targets:
            self.visit(target)
            self._bind(target, given)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        self._bind(node.target, self._annotated(node.annotation))

    def visit_NamedExpr(self, node):
        self.generic_visit(node)
        self._bind(node.target, self._type(node.value))

    def visit_With(self, node):
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, self._type(item.context_expr))
        for each in node.body:
            self.visit(each)

    visit_AsyncWith = visit_With

    def _bind(self, target, given):
        if isinstance(target, (ast.Tuple, ast.List)):
            kinds = given if isinstance(given, tuple) else (None,) * len(target.elts)
            for each, kind in zip(target.elts, kinds):
                self._bind(each, kind)
        elif isinstance(target, ast.Name):
            # A name that is bound to something else hides the outer one.
            self.scopes[-1][target.id] = f"{given}()" if isinstance(given, str) else None
        elif self._of_self(target) and isinstance(given, str):
            self.attributes[-1][target.attr] = f"{given}()"

    @staticmethod
    def _of_self(node):
        return (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
                and node.value.id == "self")

    def _annotated(self, annotation):
        if isinstance(annotation, ast.Subscript):
            annotation = annotation.value
        return None if annotation is None else self._resolve(annotation)

    # What is meant

    def _resolve(self, node):
        """The library's name that `node` stands for: "gevent.Greenlet.get" for a member, or None."""
        if isinstance(node, ast.Name):
            for scope in reversed(self.scopes):
                if node.id in scope:
                    bound = scope[node.id]
                    return bound if bound is None or not bound.endswith("()") else bound[:-2]
            return None
        if isinstance(node, ast.Attribute):
            if self._of_self(node):
                known = self.attributes[-1]
                if node.attr in known:
                    return known[node.attr] and known[node.attr][:-2]
                return f"{known['']}.{node.attr}" if known.get("") and not node.attr.startswith("_") else None
            owner = self._resolve(node.value)
            return f"{HOLDS.get(owner, owner)}.{node.attr}" if owner else None
        if isinstance(node, ast.Call):
            given = self._type(node)
            return given if isinstance(given, str) else None
        if isinstance(node, ast.Await):
            return self._resolve(node.value)
        return None

    def _type(self, value):
        """The class of what `value` gives, several for a tuple, or None."""
        if isinstance(value, ast.Await):
            value = value.value
        if not isinstance(value, ast.Call):
            return self._resolve(value)
        called = self._resolve(value.func)
        if called is None:
            return None
        library, last = called.split(".")[0], called.split(".")[-1]
        for key in (called, f"{library}.{'.'.join(called.split('.')[-2:])}", f"{library}.{last}"):
            if key in GIVES:
                return GIVES[key]
        # A class of a submodule is known by its own name; a call of a method gives what we do not know.
        of_class = called.split(".")[-2][:1].isupper()
        known = last[:1].isupper() or last in ("greenlet", "socket") and not of_class
        return f"{library}.{last}" if known else None

    # What is used

    def visit_Attribute(self, node):
        name = self._resolve(node)
        if name is None:
            self.generic_visit(node)
            return
        if not self._of_self(node) or node.attr not in self.attributes[-1]:
            self._use(node, name)
        inner = node.value
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self.visit(inner)

    def visit_Name(self, node):
        for scope in reversed(self.scopes):
            if node.id in scope:
                bound = scope[node.id]
                if bound and not bound.endswith("()") and bound not in LIBRARIES:
                    self._use(node, bound)
                return

    def _use(self, node, name):
        if name.split(".")[-1].startswith("_"):  # super().__init__, and what is nobody's business
            return
        self.uses.append(Use(self.file, node, name))


def uses_of(file):
    tree = ast.parse(pathlib.Path(file).read_bytes(), file)
    reader = Scope(file)
    reader.visit(tree)
    seen = {}
    for use in reader.uses:
        seen.setdefault((use.line, use.column, use.name), use)
    return sorted(seen.values(), key=lambda use: (use.line, use.column))


def plain(text):
    return text.replace("`", "")


def for_people(uses, counterparts):
    names = {}
    for use in uses:
        names.setdefault(use.name, []).append(use)
    known, absent, unknown = [], [], []
    for name, places in sorted(names.items()):
        found = counterparts.find(places[0])
        where = ", ".join(f"{use.file}:{use.line}" for use in places[:3])
        if len(places) > 3:
            where += f" and {len(places) - 3} more"
        rows = " ".join(counterparts.rules(places[0]))
        if found is None:
            unknown.append(f"  {name}  ({where}){'  ' + rows if rows else ''}")
        elif found[0] is None:
            absent.append(f"  {name}  ({where}){'  ' + rows if rows else ''}")
        else:
            known.append(f"  {name}  ->  {plain(found[0])}\n      {where}{'  ' + rows if rows else ''}")
    for title, lines in (
        ("Has a counterpart:", known),
        ("Has none yet:", absent),
        ("The guide does not name it; look at its page:", unknown),
    ):
        if lines:
            print(title, *lines, "", sep="\n")
    print(f"{len(uses)} uses of {len(names)} names: {len(known)} with a counterpart, "
          f"{len(absent)} without, {len(unknown)} unknown.")
    print("Objects that come from parameters without annotation or out of containers are not followed.")


def for_programs(uses, counterparts):
    for use in uses:
        found = counterparts.find(use)
        print(json.dumps({
            "file": use.file,
            "line": use.line,
            "column": use.column,
            "name": use.name,
            "java": plain(found[0]) if found and found[0] else None,
            "kotlin": plain(found[1]) if found and found[1] else None,
            "rows": counterparts.rules(use),
            "status": "unknown" if found is None else "absent" if found[0] is None else "known",
        }, ensure_ascii=False))


def main(words):
    folder, words = pathlib.Path(words[0]), words[1:]
    as_json = "--json" in words
    files = [word for word in words if word != "--json"]
    uses, failed = [], False
    for file in files:
        try:
            uses += uses_of(file)
        except SyntaxError as error:
            print(f"{file}:{error.lineno}:{error.offset}: error: {error.msg}", file=sys.stderr)
            failed = True
        except (OSError, ValueError) as error:
            print(f"{file}: error: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            failed = True
    (for_programs if as_json else for_people)(uses, Counterparts(folder))
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
