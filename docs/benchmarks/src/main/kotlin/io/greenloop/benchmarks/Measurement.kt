package io.greenloop.benchmarks

/** Measures one subject in this process: first until the compiler is through with it, then for its figure. */
internal object Measurement {
  private const val WARM_UP_NANOS = 1_500_000_000L
  private const val MEASURE_NANOS = 1_500_000_000L

  /** The median over batches, per operation, in the subject's unit. */
  fun inThisProcess(subject: JvmSubject): Double {
    if (subject.once) {
      return subject.body(subject.batch).toDouble() / subject.batch
    }
    repeatFor(WARM_UP_NANOS, subject)
    return median(repeatFor(MEASURE_NANOS, subject))
  }

  private fun repeatFor(
    nanos: Long,
    subject: JvmSubject,
  ): List<Double> {
    val figures = mutableListOf<Double>()
    val end = System.nanoTime() + nanos
    do {
      figures += subject.body(subject.batch).toDouble() / subject.batch
    } while (System.nanoTime() < end)
    return figures
  }
}

internal fun median(figures: List<Double>): Double =
  figures.sorted().let {
    (
      it[(it.size - 1) / 2] +
        it[it.size / 2]
    ) /
      2
  }
