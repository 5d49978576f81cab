package io.greenloop.benchmarks

/** What the CPython peers cost; `peers.py` has a function for each. */
internal fun pythonSubjects(): List<Subject> =
  listOf(
    PythonSubject("yield", "asyncio"),
    PythonSubject("yield", "gevent"),
    PythonSubject("yield", "eventlet"),
    PythonSubject("yield", "uvloop"),
    PythonSubject("callback", "asyncio"),
    PythonSubject("spawn", "asyncio"),
    PythonSubject("spawn", "gevent"),
    PythonSubject("spawn", "eventlet"),
    PythonSubject("sleeps", "asyncio"),
    PythonSubject("sleeps", "gevent"),
    PythonSubject("queue", "asyncio"),
    PythonSubject("queue", "gevent"),
    PythonSubject("lock", "asyncio"),
    PythonSubject("semaphore", "asyncio"),
    PythonSubject("event", "asyncio"),
    PythonSubject("greenlet-round-trip", "greenlet"),
    PythonSubject("greenlet-depth", "greenlet/5", module = "greenlet"),
    PythonSubject("greenlet-depth", "greenlet/50", module = "greenlet"),
    PythonSubject("greenlet-depth", "greenlet/500", module = "greenlet"),
    PythonSubject("greenlet-sibling", "greenlet"),
    PythonSubject("greenlet-create", "greenlet"),
    PythonSubject("greenlet-create-switch", "greenlet"),
    PythonSubject("generator", "cpython", module = "sys"),
    PythonSubject("generator", "greenlet"),
  ) +
    listOf("gevent", "eventlet").flatMap { peer ->
      listOf("yield", "spawn", "queue").map { PythonSubject("gevent-$it", peer) } +
        PythonSubject("gevent-sleeping", peer, unit = "bytes")
    }
