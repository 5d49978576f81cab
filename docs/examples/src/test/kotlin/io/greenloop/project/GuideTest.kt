package io.greenloop.project

import io.greenloop.reactor.Reactors
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.nio.file.Path
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readLines
import kotlin.io.path.readText

private val pages: List<Path> =
  listOf(root.resolve("README.md")) +
    root.resolve("docs/guide").listDirectoryEntries("*.md").sorted()

/** A fenced block: where it is taken from, if the line above says so, its language, its text. */
private class Snippet(
  val source: String?,
  val language: String,
  val text: String,
)

private fun snippetsOf(page: Path): List<Snippet> =
  Regex("(?:<!-- (\\S+) -->\\n)?```(\\w*)\\n(.*?)\\n```", RegexOption.DOT_MATCHES_ALL)
    .findAll(page.readText())
    .map { Snippet(it.groupValues[1].ifEmpty { null }, it.groupValues[2], it.groupValues[3]) }
    .toList()

/** The lines without their indent, which may differ, and without blank lines. */
private fun List<String>.bare() = map { it.trim() }.filter { it.isNotEmpty() }.joinToString("\n")

/** Code in these has to be taken from somewhere; in others, if the line above says so. */
private val languages = setOf("java", "kotlin")

private val flags =
  Regex("(?:<greenloop.flags>|\nflags=\")(.*?)(?:</greenloop.flags>|\")")

private val greenletPage = root.resolve("docs/guide/greenlet-patterns.md")

/** What the documentation shows is what the tests run. */
class GuideTest :
  FunSpec({
    for (page in pages) {
      val snippets = snippetsOf(page)

      test("${page.parent.fileName}/${page.fileName}: its code is that of the examples") {
        for (snippet in snippets.filter { it.source != null || it.language in languages }) {
          withClue(snippet.text) {
            val source = root.resolve(snippet.source.shouldNotBeNull())
            val found = source.readLines().bare().contains(snippet.text.lines().bare())
            withClue("stands in $source") { found shouldBe true }
          }
        }
      }
    }

    test("each of the eighteen greenlet patterns is shown in three languages and explained") {
      val sections = greenletPage.readText().split("\n## ").drop(1)

      sections.map { it.substringBefore(' ').toInt() } shouldBe (1..18).toList()
      for (section in sections) {
        withClue(section.lines().first()) {
          for (language in languages + "python") section shouldContain "\n```$language\n"
          section.substringAfterLast("\n```").length shouldBeGreaterThan 50
        }
      }
    }

    test(
      "the page about scripts names each variable of the command, each command and each option",
    ) {
      val text = root.resolve("docs/guide/scripts.md").readText()
      val command = root.resolve("greenloop").readText()
      val variables = Regex("#   (\\w+) ").findAll(command).map { it.groupValues[1] }.toList()
      val options =
        listOf("--debug", "--seed N", "--virtual-time", "--json", "--rounds N") +
          listOf("--timeout TIME", "--jfr FILE", "--watch")

      variables.size shouldBe 6
      for (name in variables) text shouldContain "\n| `$name` | "
      for (name in listOf("run", "check", "new", "doctor", "bench")) {
        text shouldContain
          Regex("\n./greenloop \\[?$name")
      }
      for (option in options) text.substringBefore("## What") shouldContain option
    }

    test("the page about engines names each engine, in their order, and the tests run on each") {
      val text = root.resolve("docs/guide/engines.md").readText()
      val rows = Regex("\n\\| `(\\w+)` \\| .* \\| (.*) \\|").findAll(text).toList()
      val names = Reactors.providers().map { it.name() }
      val build = root.resolve("runtime-java/core/pom.xml").readText()

      rows.map { it.groupValues[1] } shouldBe names
      for (row in rows) {
        val (name, state) = row.destructured
        state shouldContain Regex("; tested on .*, untested on ")
        ("the default there" in state) shouldBe (name == names.first())
        if (name != names.first()) build shouldContain "<greenloop.engine>$name</greenloop.engine>"
      }
      text shouldContain "\n| the JDK's asynchronous channels | every platform"
    }

    test("the flags in the documentation are those that the tests run with") {
      val ours = flags.find(root.resolve("pom.xml").readText())!!.groupValues[1]
      val shown = pages.flatMap { page -> flags.findAll(page.readText()).map { it.groupValues[1] } }
      val list =
        snippetsOf(
          root.resolve("docs/guide/jvm-flags.md"),
        ).map { it.text.replace("\n", " ") }

      shown.shouldNotBeEmpty()
      shown.toSet() shouldBe setOf(ours)
      list shouldContain ours
    }

    test("the pom of the README names the versions that ours names") {
      val ours = root.resolve("pom.xml").readText()
      val shown =
        snippetsOf(root.resolve("README.md")).single { "<modelVersion>" in it.text }.text
      val versions =
        Regex("<artifactId>(\\S+)</artifactId>\\s+<version>(\\S+)</version>")
          .findAll(shown)
          .associate { it.groupValues[1] to it.groupValues[2] }

      val plugins =
        listOf("maven-toolchains-plugin", "maven-compiler-plugin", "exec-maven-plugin")

      for (name in listOf("greenloop-parent") + plugins) {
        val version = versions.getValue(name.replace("parent", "runtime"))
        ours shouldContain Regex("<artifactId>$name</artifactId>\\s+<version>$version<")
      }
      versions["greenloop-testing"] shouldBe versions["greenloop-runtime"]
      ours shouldContain "<junit.version>${versions["junit-jupiter"]}<"
      ours shouldContain "<surefire.version>${versions["maven-surefire-plugin"]}<"
    }
  })
