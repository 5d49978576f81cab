package io.greenloop.project

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.Handle
import io.greenloop.LoopFuture
import io.greenloop.Promise
import io.greenloop.Registration
import io.greenloop.Runner
import io.greenloop.Task
import io.greenloop.TaskGroup
import io.greenloop.TimeoutScope
import io.greenloop.TimerHandle
import io.greenloop.inspect.Awaits
import io.greenloop.net.BufferedProtocol
import io.greenloop.net.Server
import io.greenloop.net.Stream
import io.greenloop.net.StreamReader
import io.greenloop.net.StreamWriter
import io.greenloop.net.Transport
import io.greenloop.process.AsyncProcess
import io.greenloop.sync.Barrier
import io.greenloop.sync.Condition
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.Semaphore

private val objects: Map<String, Class<*>> =
  mapOf(
    "task" to Task::class.java,
    "future" to LoopFuture::class.java,
    "promise" to Promise::class.java,
    "loop" to EventLoop::class.java,
    "runner" to Runner::class.java,
    "group" to TaskGroup::class.java,
    "scope" to TimeoutScope::class.java,
    "handle" to Handle::class.java,
    "timer" to TimerHandle::class.java,
    "registration" to Registration::class.java,
    "link" to Awaits.Link::class.java,
    "lock" to Lock::class.java,
    "event" to Event::class.java,
    "condition" to Condition::class.java,
    "semaphore" to Semaphore::class.java,
    "barrier" to Barrier::class.java,
    "queue" to Queue::class.java,
    "stream" to Stream::class.java,
    "reader" to StreamReader::class.java,
    "writer" to StreamWriter::class.java,
    "server" to Server::class.java,
    "process" to AsyncProcess::class.java,
    "transport" to Transport::class.java,
    "protocol" to BufferedProtocol::class.java,
  )

private val packages =
  listOf("", ".sync", ".net", ".process", ".inspect", ".coroutine", ".reactor").map {
    "io.greenloop$it"
  } +
    listOf("java.lang", "java.net", "java.time", "java.util.concurrent", "java.nio.channels")

/** The user's own functions, in an example. */
private val placeholders = setOf("f", "g", "main")

private val chainStart = Regex("(?<![\\w.:)])([A-Za-z]\\w*)(?=([.(<]?))")

/**
 * What a snippet of the guide calls: `task.name()`, `spawn(…)`, `RunOptions.DEFAULT.debug(true)`. The objects
 * have the names of their types, and the functions of [Aio] stand alone.
 */
object JavaNames {
  /** What of [code] does not exist. */
  fun missing(code: String): List<String> =
    chainStart.findAll(code).mapNotNull { start -> missing(code, start) }.toList()

  private fun missing(
    code: String,
    start: MatchResult,
  ): String? {
    val (name, next) = start.destructured
    val type =
      when {
        name in setOf("new", "try", "var", "instanceof") || name in placeholders -> return null
        name[0].isUpperCase() -> typeNamed(name) ?: return name
        next == "(" -> return member(Aio::class.java, code, start.range.first)
        next == "." -> objects[name] ?: return name
        else -> return null // a variable of the example
      }
    return if (next == ".") member(type, code, start.range.last + 2) else null
  }

  private fun typeNamed(name: String): Class<*>? =
    packages.firstNotNullOfOrNull { pack ->
      try {
        Class.forName("$pack.$name", false, Aio::class.java.classLoader)
      } catch (_: ClassNotFoundException) {
        null
      }
    }

  /** The members from [from] on, each one of what the one before gives. */
  private fun member(
    type: Class<*>,
    code: String,
    from: Int,
  ): String? {
    val name = code.drop(from).takeWhile { it.isLetterOrDigit() || it == '_' }
    val fields = type.fields.filter { it.name == name }.map { it.type }
    val methods = type.methods.filter { it.name == name }.map { it.returnType }
    val called = code.getOrNull(from + name.length) == '('
    val found = if (called) methods else fields
    if (found.isEmpty()) return "${type.simpleName}.$name"
    val end = if (called) behindArguments(code, from + name.length) else from + name.length
    return if (code.getOrNull(end) == '.') member(found.first(), code, end + 1) else null
  }

  private fun behindArguments(
    code: String,
    open: Int,
  ): Int {
    var depth = 0
    for (i in open until code.length) {
      when (code[i]) {
        '(' -> depth++
        ')' -> if (--depth == 0) return i + 1
      }
    }
    return code.length
  }
}
