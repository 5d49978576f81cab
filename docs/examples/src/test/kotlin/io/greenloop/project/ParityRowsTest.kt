package io.greenloop.project

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.nio.file.Path
import kotlin.io.path.createParentDirectories
import kotlin.io.path.exists
import kotlin.io.path.extension
import kotlin.io.path.invariantSeparatorsPathString
import kotlin.io.path.nameWithoutExtension
import kotlin.io.path.readText
import kotlin.io.path.relativeTo
import kotlin.io.path.walk
import kotlin.io.path.writeText

private const val ID =
  "(?:(?:RUN|TASK|TG|FUT|LOOP|SOCK|SRV|TR|TLS|STR|SUB|SYNC|Q|EXC|CTX|INT|POL|GEN|PRG)-\\d+[a-z]?" +
    "|AC-[a-z0-9-]+\\.\\d+|(?:GL|EV|GE|HT)-(?:[CS]\\d+|\\d+(?:\\.\\d+)+))"

private val id = Regex("(?<![A-Za-z0-9.-])$ID(?![A-Za-z0-9-]|\\.\\d)")

/** `@Parity("GL-1.3.2")`, then the name of the method or class that carries it. */
private val annotated =
  Regex(
    "@Parity\\(([^)]*)\\).*?(?:\\bclass\\s+(\\w+)|\\bfun\\s+(`[^`]+`|\\w+)|(?<![@\\w.])(\\w+)\\([^(){}]*\\)[^(){};=@]*\\{)",
    RegexOption.DOT_MATCHES_ALL,
  )

/** A Kotest name: `"GL-1.3.2: the rule in words"`. */
private val named = Regex("\"((?:$ID[ ,:]+)+)((?:[^\"\\\\]|\\\\.)*)\"")

private val comment = Regex("(?m)^\\s*(//|\\*|/\\*).*$")

private data class Row(
  val id: String,
  val rule: String,
  val test: String,
) {
  /** Numbers compare as numbers: GL-1.2 comes before GL-1.10. */
  val order: String = id.replace(Regex("\\d+")) { it.value.padStart(4, '0') }

  override fun toString() = "| $id | ${rule.replace("|", "\\|")} | $test |"
}

/** Where a word begins: `rest|Of|A|Record`, `a|TLS|Server`; `CPython` and `JDKs` are one each. */
private val beginOfWord =
  Regex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?!(?<=C)Python)(?=[A-Z](?!s\\b|s[A-Z])[a-z])")

private fun words(name: String): String =
  name
    .trim('`')
    .replace('_', ' ')
    .replace(beginOfWord, " ")
    .lowercase()

private fun rowsOf(source: Path): List<Row> {
  val code = source.readText().replace(comment, "")
  val folder = source.relativeTo(root).invariantSeparatorsPathString.substringBefore("/src/")
  val test = "$folder/${source.nameWithoutExtension}"
  val fromAnnotations =
    annotated.findAll(code).flatMap { match ->
      val (ids, type, function, method) = match.destructured
      val name = (function + method).trim('`')
      id.findAll(ids).map {
        Row(it.value, words(type + name), if (name.isEmpty()) test else "$test#$name")
      }
    }
  val fromNames =
    named.findAll(code).filter { source.extension != "java" }.flatMap { match ->
      val (ids, rule) = match.destructured
      id.findAll(ids).map { Row(it.value, rule, test) }
    }
  return (fromAnnotations + fromNames).toList()
}

/**
 * Writes docs/parity/rows.md from the tests: which rule of the sources is held by which test. The file is
 * committed; in CI it must be up to date.
 */
class ParityRowsTest :
  FunSpec({
    test("the name of a test is told in words") {
      words("sendsTheRestOfARecord") shouldBe "sends the rest of a record"
      words("aKilledSpawnNThatHasNotStarted") shouldBe "a killed spawn n that has not started"
      words("theJDKsQueueOfCPythonsTLSServer_1") shouldBe "the jdks queue of cpythons tls server 1"
    }

    test("docs/parity/rows.md lists what the tests prove") {
      val rows =
        root
          .walk()
          .filter {
            it.extension in setOf("java", "kt") &&
              "/src/test/" in it.invariantSeparatorsPathString
          }.flatMap(::rowsOf)
          .distinct()
          .sortedWith(compareBy({ it.order }, { it.test }, { it.rule }))
      val text =
        "# What the tests prove\n\n" +
          "The build writes this file from the marks on the tests.\n\n" +
          "| ID | rule | test |\n|---|---|---|\n" +
          rows.joinToString("") { "$it\n" }

      val file = root.resolve("docs/parity/rows.md")
      if (System.getenv("CI") == null) file.createParentDirectories().writeText(text)
      withClue("commit what ./mvnw verify writes") {
        (if (file.exists()) file.readText() else "") shouldBe text
      }
    }
  })
