package io.greenloop.benchmarks

import java.util.concurrent.TimeUnit

/** One bench: its subjects in turns, A B A B, so many rounds. */
internal class Comparison(
  private val bench: String,
  private val subjects: List<Subject>,
  private val rounds: Int,
) {
  fun run(reporter: Reporter) {
    val commands = subjects.associateWith { it.command() }
    commands.filterValues { it == null }.keys.forEach {
      System.err.println("greenloop bench: $bench: ${it.name} is not installed, left out")
    }
    val figures =
      commands
        .filterValues {
          it != null
        }.keys
        .associateWith { mutableListOf<List<Double>>() }
    repeat(rounds) {
      val together = figures.keys.filterIsInstance<EchoSubject>()
      if (together.isNotEmpty()) {
        val lines = outputOf(EchoSubject.together(together), "all").trim().lines()
        for ((subject, line) in together.zip(lines.takeLast(together.size))) {
          figures.getValue(subject) += numbersOf(line)
        }
      }
      for ((subject, taken) in figures.filterKeys { it !is EchoSubject }) {
        taken += measure(subject, commands.getValue(subject)!!)
      }
    }
    for ((i, part) in subjects.first().parts.withIndex()) {
      reporter.report(
        bench + part,
        figures.map { (subject, taken) -> Figure(subject, taken.map { it[i] }) },
      )
    }
  }

  private fun measure(
    subject: Subject,
    command: List<String>,
  ): List<Double> {
    val start = System.nanoTime()
    val output = outputOf(command, subject.name)
    val nanos = System.nanoTime() - start
    return if (subject is ProcessSubject) {
      listOf(nanos.toDouble() / TimeUnit.MILLISECONDS.toNanos(1))
    } else {
      numbersOf(output.trim().lines().last())
    }
  }

  private fun numbersOf(line: String): List<Double> = line.split(' ').map { it.toDouble() }

  private fun outputOf(
    command: List<String>,
    name: String,
  ): String {
    val process =
      ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
    val output = process.inputStream.bufferedReader().readText()
    val code = process.waitFor()
    check(code == 0) { "$bench: $name ended with exit code $code: ${command.joinToString(" ")}" }
    return output
  }
}

/** What was measured of one subject. */
internal class Figure(
  val subject: Subject,
  val rounds: List<Double>,
) {
  val median: Double = median(rounds)
  val min: Double = rounds.min()
  val max: Double = rounds.max()
}
