"""Prints the public names of gevent and eventlet for which the guide has no row, and how many names there are.

Started as: names_without_row.py FOLDER_OF_PORT_CHECK FOLDER_OF_TABLES. Public are the names of all modules but
tests and those with an underscore, and the members that classes have from the library; what a module only hands
on from Python's own module is not the library's.
"""

import importlib
import inspect
import pathlib
import pkgutil
import sys
import types
import warnings

warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
import port_check

# What Python's own module is called where the name says it differently.
PYTHONS = {
    "thread": "_thread", "Queue": "queue", "httplib": "http.client", "SocketServer": "socketserver",
    "BaseHTTPServer": "http.server",
}


def modules(library):
    yield library
    for found in pkgutil.walk_packages(importlib.import_module(library).__path__, library + "."):
        parts = found.name.split(".")
        if not any(part.startswith("_") or part in ("tests", "testing") for part in parts):
            yield found.name


def twin(module):
    """Python's own module of that name, or None."""
    short = module.split(".", 2)[2] if module.startswith("eventlet.green.") else module.split(".")[-1]
    try:
        return importlib.import_module(PYTHONS.get(short, short))
    except ImportError:
        return None


def is_its_own(library, module, name, value, original):
    if inspect.ismodule(value):
        return False
    if original is not None and hasattr(original, name):
        theirs = getattr(original, name)
        return theirs is not value and callable(value)
    home = getattr(value, "__module__", None)
    if hasattr(module, "__all__"):
        return True
    return isinstance(home, str) and (home == module.__name__ or module.__name__ == library and home.startswith(library))


def members(library, cls):
    for name in dir(cls):
        owner = next((each for each in cls.__mro__ if name in vars(each)), None)
        if not name.startswith("_") and owner and owner.__module__.startswith((library, "_gevent")):
            yield name


def is_copy(name, value, original):
    """eventlet loads Python's own modules once more: their classes are not its own."""
    theirs = getattr(original, name, None)
    bases = [each.__name__ for each in value.__mro__]
    return inspect.isclass(theirs) and not any(base.startswith("Green") for base in bases) and name != "Popen"


def names(library):
    for each in modules(library):
        try:
            module = importlib.import_module(each)
        except Exception:  # of another Python, or without what it needs
            continue
        original = twin(each)
        for name in sorted(getattr(module, "__all__", vars(module))):
            value = getattr(module, name, None)
            if name.startswith("_") or not is_its_own(library, module, name, value, original):
                continue
            yield f"{each}.{name}"
            if not inspect.isclass(value) or issubclass(value, BaseException):
                continue
            if not (".green." in each and is_copy(name, value, original)):
                yield from (f"{library}.{name}.{member}" for member in members(library, value))


counterparts = port_check.Counterparts(pathlib.Path(sys.argv[2]))
node = types.SimpleNamespace(lineno=1, col_offset=0)
everything = list(dict.fromkeys(name for library in ("gevent", "eventlet") for name in names(library)))
for name in everything:
    if counterparts.find(port_check.Use("", node, name)) is None:
        print(name)
print(len(everything))
