package io.greenloop.examples

import io.greenloop.project.root
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.readLines

private val python = Path.of("/usr/bin/python3")

private fun hasGreenlet() =
  Files.isExecutable(python) &&
    ProcessBuilder(python.toString(), "-c", "import greenlet").start().waitFor() == 0

private fun outputOfPython(script: Path): List<String> {
  val process = ProcessBuilder(python.toString(), script.toString()).start()
  val lines = process.inputReader().readLines()
  process.waitFor() shouldBe 0
  return lines
}

/** What the Python original of the greenlet patterns prints; recorded, for machines without it. */
fun greenletOutput(name: String): List<String> =
  root.resolve("docs/examples/src/test/resources/greenlet/$name.txt").readLines()

/** The eighteen patterns that ports meet, beside their Python originals. */
class GreenletPatternsTest :
  FunSpec({
    val programs: Map<String, () -> Unit> =
      mapOf(
        "hand-offs" to { GreenletHandOffs.runAll(virtualTime()) },
        "shapes" to { GreenletShapes.main(emptyArray()) },
        "tools" to { GreenletTools.main(emptyArray()) },
      )

    for ((name, program) in programs) {
      test("greenlet $name: Java prints what Python prints") {
        linesOf(program) shouldBe greenletOutput(name)
      }

      test(
        "greenlet $name: what is recorded is what Python prints",
      ).config(enabled = hasGreenlet()) {
        outputOfPython(root.resolve("docs/examples/greenlet-$name.py")) shouldBe
          greenletOutput(name)
      }
    }

    test("the eighteen patterns are all there") {
      programs.keys
        .flatMap(::greenletOutput)
        .map { it.substringBefore(' ').toInt() }
        .distinct()
        .sorted() shouldBe
        (1..18).toList()
    }
  })
