package io.greenloop.script.compiler

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.writeText
import kotlin.script.experimental.api.ScriptDiagnostic
import kotlin.script.experimental.api.SourceCode

class DiagnosticPrinterTest :
  FunSpec({
    val script = Files.createTempDirectory("printer").resolve("a.loop.kts")
    script.writeText("val x = 1\n\tfoo(é, 2)\n${"x".repeat(500)}\n")
    val plain = DiagnosticPrinter(script, "a.loop.kts", Paint(false))

    fun said(
      message: String,
      start: Pair<Int, Int>?,
      end: Pair<Int, Int>? = null,
      file: Path? = script,
      severity: ScriptDiagnostic.Severity = ScriptDiagnostic.Severity.ERROR,
    ) = ScriptDiagnostic(
      ScriptDiagnostic.unspecifiedError,
      message,
      severity,
      file?.toString(),
      start?.let { (line, column) ->
        SourceCode.Location(
          SourceCode.Position(line, column),
          end?.let { SourceCode.Position(it.first, it.second) },
        )
      },
    )

    fun DiagnosticPrinter.text(vararg all: ScriptDiagnostic) =
      text(CompileResult(all.asList(), null))

    test("the line stands below the message, marked from the first to the last column") {
      plain.text(said("no", 1 to 5, 1 to 6), said("none", 2 to 6, 2 to 7)) shouldBe
        "a.loop.kts:1:5: error: no\n    1 | val x = 1\n      |     ^\n" +
        "a.loop.kts:2:6: error: none\n    2 | \tfoo(é, 2)\n      | \t    ^\n"
    }

    test("what goes on in another line is marked to the end of its first; what has no end, once") {
      plain.text(said("long", 1 to 5, 2 to 3)) shouldBe
        "a.loop.kts:1:5: error: long\n    1 | val x = 1\n      |     ^^^^^\n"
      plain.text(said("behind the end", 1 to 10)) shouldBe
        "a.loop.kts:1:10: error: behind the end\n    1 | val x = 1\n      |          ^\n"
    }

    test(
      "without a line, behind the last line, or in a line that is too wide there is no excerpt",
    ) {
      plain.text(
        said("a", null),
        said("b", 9 to 1),
        said("c", 3 to 400),
        said("d", 1 to 1, file = script.resolveSibling("none.loop.kts")),
      ) shouldBe
        "a.loop.kts: error: a\na.loop.kts:9:1: error: b\na.loop.kts:3:400: error: c\n" +
        "${script.resolveSibling("none.loop.kts")}:1:1: error: d\n"
    }

    test("what is said twice is printed once; a failure without an error gets one") {
      plain.text(said("no", null), said("no", null)) shouldBe "a.loop.kts: error: no\n"
      plain.text(said("mind", null, severity = ScriptDiagnostic.Severity.WARNING)) shouldBe
        "a.loop.kts: warning: mind\na.loop.kts: error: the compiler gave no reason\n"
    }

    test("in a terminal place, kind and mark have colours") {
      DiagnosticPrinter(script, "a.loop.kts", Paint(true)).text(said("no", 1 to 5, 1 to 6)) shouldBe
        "\u001b[1ma.loop.kts:1:5:\u001b[0m \u001b[1;31merror\u001b[0m: no\n" +
        "    1 | val x = 1\n      |     \u001b[1;32m^\u001b[0m\n"
    }
  })
