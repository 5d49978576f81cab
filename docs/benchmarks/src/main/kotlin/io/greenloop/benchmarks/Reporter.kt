package io.greenloop.benchmarks

import java.util.Locale

/** Prints the figures of one bench. */
internal fun interface Reporter {
  fun report(
    bench: String,
    figures: List<Figure>,
  )
}

/** One object a line. */
internal class JsonReporter : Reporter {
  override fun report(
    bench: String,
    figures: List<Figure>,
  ) {
    for (figure in figures) {
      println(
        String.format(
          Locale.ROOT,
          """{"bench":"%s","subject":"%s","value":%.1f,"unit":"%s","min":%.1f,"max":%.1f,"rounds":%d}""",
          bench,
          figure.subject.name,
          figure.median,
          figure.subject.unit,
          figure.min,
          figure.max,
          figure.rounds.size,
        ),
      )
    }
  }
}

/** A table a bench; the last column is the ratio to the first peer. */
internal class TableReporter : Reporter {
  override fun report(
    bench: String,
    figures: List<Figure>,
  ) {
    val peer = figures.firstOrNull { !it.subject.name.startsWith("greenloop") }
    println("$bench${peer?.let { " (× ${it.subject.name})" }.orEmpty()}")
    for (figure in figures) {
      println(
        String.format(
          Locale.ROOT,
          "  %-24s %10.1f %-5s  %9.1f … %-9.1f %s",
          figure.subject.name,
          figure.median,
          figure.subject.unit,
          figure.min,
          figure.max,
          peer
            ?.let {
              String.format(
                Locale.ROOT,
                "%.2f×",
                figure.median / it.median,
              )
            }.orEmpty(),
        ),
      )
    }
  }
}
