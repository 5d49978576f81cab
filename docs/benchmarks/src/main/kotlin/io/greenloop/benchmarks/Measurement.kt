package io.greenloop.benchmarks

import java.lang.management.ManagementFactory

/** Measures one subject in this process: first until the compiler is through with it, then for its figure. */
internal object Measurement {
  private const val LEAST_WARM_UP_NANOS = 1_500_000_000L
  private const val MOST_WARM_UP_NANOS = 15_000_000_000L
  private const val SLICE_NANOS = 300_000_000L
  private const val MEASURE_NANOS = 1_500_000_000L

  /** The median over batches, per operation, in the subject's unit. */
  fun inThisProcess(subject: JvmSubject): Double {
    if (subject.once) {
      return subject.body(subject.batch).toDouble() / subject.batch
    }
    warmUp(subject)
    return median(repeatFor(MEASURE_NANOS, subject))
  }

  /** Until the compiler has rested for a slice of time: on a busy machine it takes longer. */
  private fun warmUp(subject: JvmSubject) {
    val compiler = ManagementFactory.getCompilationMXBean()
    val start = System.nanoTime()
    var compiled: Long
    do {
      compiled = compiler.totalCompilationTime
      repeatFor(SLICE_NANOS, subject)
      val spent = System.nanoTime() - start
      val busy = compiler.totalCompilationTime != compiled
    } while (spent < LEAST_WARM_UP_NANOS || (busy && spent < MOST_WARM_UP_NANOS))
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
