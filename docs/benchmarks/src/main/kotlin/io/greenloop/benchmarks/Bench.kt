package io.greenloop.benchmarks

import kotlin.system.exitProcess

/**
 * `greenloop bench [NAME…] [--json] [--rounds N]`: what one operation costs, ours beside the peers that are
 * installed. Each measurement is a process of its own, and the subjects of a bench take turns, so that neither the
 * compiler's choices nor a busy machine favour one of them; the figure is the median of the rounds.
 */
public fun main(args: Array<String>) {
  if (args.size == 3 && args[0] == CHILD) {
    println(Measurement.inThisProcess(find(args[1], args[2])))
    return
  }
  if (args.size == 2 && args[0] == SERVE) {
    serve(args[1])
    return
  }
  val request =
    try {
      Request.parse(args.toList())
    } catch (e: IllegalArgumentException) {
      System.err.println("greenloop bench: ${e.message}")
      exitProcess(2)
    }
  val reporter = if (request.json) JsonReporter() else TableReporter()
  for ((bench, subjects) in request.selection()) {
    Comparison(bench, subjects, request.rounds).run(reporter)
  }
}

internal const val CHILD = "--child"

internal const val SERVE = "--serve"

private const val DEFAULT_ROUNDS = 5

/** What the user asked for. */
internal class Request(
  val names: List<String>,
  val json: Boolean,
  val rounds: Int,
) {
  /** The benches whose names begin with one of [names], all of them if there is none. */
  fun selection(): Map<String, List<Subject>> =
    ALL_SUBJECTS
      .filter { subject -> names.isEmpty() || names.any { subject.bench.startsWith(it) } }
      .groupBy { it.bench }

  companion object {
    fun parse(args: List<String>): Request {
      val names = mutableListOf<String>()
      var json = false
      var rounds = DEFAULT_ROUNDS
      val rest = args.iterator()
      for (arg in rest) {
        when {
          arg == "--json" -> {
            json = true
          }

          arg == "--rounds" && rest.hasNext() -> {
            rounds =
              requireNotNull(rest.next().toIntOrNull()?.takeIf { it > 0 }) {
                "--rounds wants a number of 1 or more"
              }
          }

          arg.startsWith("-") -> {
            throw IllegalArgumentException("unknown option '$arg'")
          }

          else -> {
            names += arg
          }
        }
      }
      for (name in names) {
        require(ALL_SUBJECTS.any { it.bench.startsWith(name) }) {
          "no bench begins with '$name'; there are ${ALL_SUBJECTS.map {
            it.bench
          }.distinct().joinToString()}"
        }
      }
      return Request(names, json, rounds)
    }
  }
}

private fun find(
  bench: String,
  subject: String,
): JvmSubject =
  ALL_SUBJECTS.filterIsInstance<JvmSubject>().first {
    it.bench == bench &&
      it.name == subject
  }
