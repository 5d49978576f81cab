package io.greenloop.project

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveAtLeastSize
import io.kotest.matchers.maps.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlin.io.path.readLines

private val page = root.resolve("docs/guide/coming-from-asyncio.md").readLines()

private val span = Regex("`([^`]+)`")

/** The code in each cell. */
private class PageRow(
  line: String,
) {
  private val cells =
    line.trim('|').split("|").map { cell ->
      span.findAll(cell).map { it.groupValues[1] }.toList()
    }
  val python: List<String> = cells[0]
  val java: List<String> = cells.getOrElse(1) { listOf() }
  val kotlin: List<String> = cells.getOrElse(2) { listOf() }
}

private fun tableRows(header: Regex): List<PageRow> =
  page.indices.filter { header.matches(page[it]) }.flatMap { start ->
    page.drop(start + 2).takeWhile { it.startsWith("|") }.map { PageRow(it) }
  }

private val pairs = tableRows(Regex("\\| asyncio \\| .*"))
private val waiting = tableRows(Regex("\\| of asyncio \\| names \\|"))

/** `loop.call_soon` of "loop.call_soon(f)"; null for a statement, or a name of another module. */
private fun asyncioName(code: String): String? =
  Regex("(?:asyncio\\.)?([A-Za-z_]\\w*(?:\\.\\w+)?)(?:\\(.*)?")
    .matchEntire(code)
    ?.let { it.groupValues[1] }
    ?.takeUnless { it.startsWith("context") }

private val names =
  AsyncioPageTest::class.java
    .getResource("/asyncio-names.txt")!!
    .readText()
    .lines()
    .filter { it.isNotEmpty() && !it.startsWith("#") }

/** What Kotlin code can call: ours, that of the core, and kotlinx's functions. */
private val kotlinNames: Set<String> =
  listOf("dsl-kotlin/dsl/api/greenloop-kotlin.api", "runtime-java/core/api/greenloop-runtime.api")
    .flatMap { root.resolve(it).readLines() }
    .mapNotNull { Regex(".* fun (\\w+).*").matchEntire(it)?.groupValues?.get(1) }
    .toSet() +
    listOf("BuildersKt", "CoroutineScopeKt", "TimeoutKt", "AwaitKt", "selects.SelectKt")
      .flatMap { Class.forName("kotlinx.coroutines.$it").methods.toList() }
      .map { it.name }

/** The page about asyncio is complete, and what it says to call is there. */
class AsyncioPageTest :
  FunSpec({
    test("it has a place for each public name of asyncio, and for no other") {
      val said =
        (pairs.flatMap { it.python } + waiting.flatMap { it.java })
          .mapNotNull { asyncioName(it) }
          .toSet()

      withClue("missing") { (names - said).shouldBeEmpty() }
      withClue("not of asyncio") { (said - names.toSet()).shouldBeEmpty() }
      names shouldHaveAtLeastSize 280
    }

    test("a name that waits for its counterpart is not in another table as well") {
      val there = pairs.flatMap { it.python }.mapNotNull { asyncioName(it) }.toSet()

      waiting.flatMap { it.java }.filter { it in there }.shouldBeEmpty()
    }

    test("each Java name in it exists") {
      pairs
        .flatMap { it.java }
        .filterNot { it.startsWith("./greenloop ") }
        .associateWith { JavaNames.missing(it) }
        .filterValues { it.isNotEmpty() }
        .shouldBeEmpty()
      JavaNames.missing("task.nothing()") shouldContain "Task.nothing"
      JavaNames.missing("RunOptions.DEFAULT.debug(true).nothing(…)") shouldContainExactly
        listOf("RunOptions.nothing")
      JavaNames.missing("spawn(() -> f(Nothing.at()))") shouldContain "Nothing"
    }

    test("each Kotlin function in it exists") {
      pairs
        .flatMap { it.kotlin }
        .associateWith { code ->
          Regex("(\\w+)(?:\\(| \\{)")
            .findAll(code)
            .map { it.groupValues[1] }
            .filterNot { it in setOf("f", "g") || it in kotlinNames }
            .toList()
        }.filterValues { it.isNotEmpty() }
        .shouldBeEmpty()
      ("receive" in kotlinNames) shouldBe true
    }
  })
