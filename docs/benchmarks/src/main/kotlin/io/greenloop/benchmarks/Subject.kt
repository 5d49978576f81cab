package io.greenloop.benchmarks

/** One thing that a bench compares, and how a process of its own measures it once. */
internal sealed class Subject(
  val bench: String,
  val name: String,
  val unit: String,
) {
  /** The command that prints one figure, or null where the peer is not installed. */
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
) : Subject(bench, name, "ns") {
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
