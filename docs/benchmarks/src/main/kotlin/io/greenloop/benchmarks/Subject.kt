package io.greenloop.benchmarks

/** One thing that a bench compares, and how a process of its own measures it once. */
internal sealed class Subject(
  val bench: String,
  val name: String,
  val unit: String,
) {
  /** What is measured at once, each a bench of its own in the report: what to add to the bench's name. */
  open val parts: List<String> = listOf("")

  /** The command whose last line has a figure for each of [parts], or null where the peer is not installed. */
  abstract fun command(): List<String>?
}

/** Code on this JVM. [body] does its argument's number of operations and returns the nanoseconds they took. */
internal class JvmSubject(
  bench: String,
  name: String,
  val batch: Int,
  unit: String = "ns",
  val once: Boolean = false,
  val body: (Int) -> Long,
) : Subject(bench, name, unit) {
  override fun command(): List<String> = Jvm.command(CHILD, bench, name)
}

/** A peer that CPython runs: a function of `peers.py` of the same bench and name. */
internal class PythonSubject(
  bench: String,
  name: String,
  private val module: String = name,
  unit: String = "ns",
) : Subject(bench, name, unit) {
  override fun command(): List<String>? = Python.command(bench, name, module)
}

/** A whole process, from start to end; the figure is its wall time. */
internal class ProcessSubject(
  bench: String,
  name: String,
  val line: () -> List<String>?,
) : Subject(bench, name, "ms") {
  override fun command(): List<String>? = line()
}

/** An echo server, a process of its own, under the load of [connections]: its CPU time for a request, and the latency. */
internal class EchoSubject(
  private val connections: Int,
  name: String,
  bench: String = "echo-$connections",
  server: () -> List<String>?,
) : Subject(bench, name, "µs") {
  /** How the server is started; null where it is not installed. */
  private val serverCommand by lazy(server)

  override val parts: List<String> = listOf("", "-p50", "-p99", "-p99.9")

  override fun command(): List<String>? = serverCommand?.let { loadOf(connections, it) }

  companion object {
    private const val WARM_UP_SECONDS = 6
    private const val MEASURE_SECONDS = 4

    /** One command for all of [subjects], which are installed: a line of figures for each, in their order. */
    fun together(subjects: List<EchoSubject>): List<String> {
      val servers = subjects.map { checkNotNull(it.serverCommand) }
      return checkNotNull(
        loadOf(subjects.first().connections, servers.reduce { one, next -> one + "--" + next }),
      )
    }

    private fun loadOf(
      connections: Int,
      servers: List<String>,
    ): List<String>? = Native.loadOf(connections, WARM_UP_SECONDS, MEASURE_SECONDS, servers)
  }
}

/** The heap that an echo server keeps for a connection that has asked once and rests. */
internal class IdleSubject(
  name: String,
  private val server: () -> List<String>?,
) : Subject("idle", name, "bytes") {
  override fun command(): List<String>? =
    server()?.let {
      Native.loadOf(CONNECTIONS, WARM_UP_SECONDS, 0, it)
    }

  private companion object {
    const val CONNECTIONS = 20_000
    const val WARM_UP_SECONDS = 4
  }
}
