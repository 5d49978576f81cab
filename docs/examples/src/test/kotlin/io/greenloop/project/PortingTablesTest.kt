package io.greenloop.project

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.ints.shouldBeGreaterThan
import java.io.File
import java.lang.reflect.Modifier
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.copyTo
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readLines

private val python = Path.of("/usr/bin/python3")

private fun hasPeers() =
  Files.isExecutable(python) &&
    ProcessBuilder("$python", "-c", "import gevent, eventlet").start().waitFor() == 0

private val tables = listOf("porting-eventlet.md", "porting-gevent.md")

private val portCheck =
  root.resolve("dsl-kotlin/script/src/main/resources/io/greenloop/script/port")

/** The public names of the libraries of this machine that have no row, and how many there are. */
private fun namesWithoutRow(
  folder: File,
  pages: List<String>,
): Pair<List<String>, Int> {
  portCheck.resolve("rows.tsv").copyTo(folder.toPath().resolve("rows.tsv"))
  for (page in pages) {
    root.resolve("docs/guide/$page").copyTo(folder.toPath().resolve(page))
  }
  val script = Path.of("src/test/resources/porting/names_without_row.py")
  val command = listOf("$python", "-B", "$script", "$portCheck", folder.path)
  val process =
    ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start()
  val lines = process.inputReader().readLines()
  check(process.waitFor() == 0) { "$command ended with ${process.exitValue()}" }
  return lines.dropLast(1) to lines.last().toInt()
}

/** What the second column of the tables of [page] says in code. */
private fun codesOf(page: String): List<String> =
  root
    .resolve("docs/guide/$page")
    .readLines()
    .filter { it.startsWith("| ") && it.count { c -> c == '|' } == 3 }
    .map { it.trim('|').split("|")[1] }
    .flatMap { cell -> Regex("`([^`]+)`").findAll(cell).map { it.groupValues[1] } }

private val classFolders =
  listOf("runtime-java/core", "greenlet-compat", "eventlet-compat").map {
    root.resolve(it).resolve("target/classes/io/greenloop")
  }

private val packagesOfTables =
  listOf("", ".net", ".sync", ".process", ".greenlet", ".eventlet", ".gevent").map {
    "io.greenloop$it"
  } + listOf("java.lang", "java.util", "java.time", "java.net", "java.sql", "javax.net.ssl") +
    listOf("java.net.http", "java.nio.file", "java.io", "javax.sql", "java.util.concurrent")

/** All classes of that name: both dialects have a Queue. */
private fun classesNamed(name: String): List<Class<*>> =
  (packagesOfTables.map { "$it.$name" } + "java.lang.ProcessBuilder\$$name").mapNotNull {
    try {
      Class.forName(it, false, PortingTablesTest::class.java.classLoader)
    } catch (_: ClassNotFoundException) {
      null
    }
  }

private fun membersOf(type: Class<*>): Set<String> =
  type.methods.map { it.name }.toSet() + type.declaredMethods.map { it.name } +
    type.fields.map { it.name } + type.declaredClasses.map { it.simpleName }

/** The names of all methods of public classes here. */
private val allMembers: Set<String> by lazy {
  classFolders
    .flatMap { folder ->
      listOf("", "net", "process", "greenlet", "eventlet", "gevent").map { folder.resolve(it) }
    }.filter { Files.isDirectory(it) }
    .flatMap { it.listDirectoryEntries("*.class") }
    .map {
      it
        .toString()
        .substringAfter(
          "target/classes/",
        ).removeSuffix(".class")
        .replace('/', '.')
    }.filter { !it.endsWith("-info") }
    .map { Class.forName(it, false, PortingTablesTest::class.java.classLoader) }
    .filter { Modifier.isPublic(it.modifiers) }
    .flatMap { membersOf(it) }
    .toSet()
}

private val memberOfClass = Regex("(?<![\\w.-])([A-Z][a-z]\\w*)\\.([a-zA-Z]\\w*)")

private val bareClass = Regex("[A-Z][a-z]\\w*")

private val bareMethod = Regex("([a-z]\\w*)(?:\\(.*\\))?")

/** What of [code] does not exist. */
private fun missingIn(code: String): List<String> {
  val members =
    memberOfClass.findAll(code).mapNotNull { match ->
      val (owner, member) = match.destructured
      match.value.takeIf {
        member != "class" && classesNamed(owner).none { type -> member in membersOf(type) }
      }
    }
  val alone =
    when {
      bareClass.matches(code) -> {
        code.takeIf { classesNamed(it).isEmpty() }
      }

      else -> {
        bareMethod.matchEntire(code)?.groupValues?.get(1)?.takeIf {
          it !in allMembers && it !in setOf("nothing", "main", "synchronized")
        }
      }
    }
  return members.toList() + listOfNotNull(alone)
}

/** The tables of eventlet's and gevent's names, from which port-check answers. */
class PortingTablesTest :
  FunSpec({
    test("each public name of gevent and eventlet has a row").config(enabled = hasPeers()) {
      val (without, all) = namesWithoutRow(tempdir(), tables)

      withClue("no row for") { without.shouldBeEmpty() }
      all shouldBeGreaterThan 1500
    }

    test("a name without a row is found").config(enabled = hasPeers()) {
      namesWithoutRow(tempdir(), tables.take(1)).first shouldContain "gevent.Pool.free_count"
    }

    for (page in tables) {
      test("$page: what it says to call is there") {
        val missing = codesOf(page).associateWith { missingIn(it) }.filterValues { it.isNotEmpty() }

        withClue(missing) { missing.keys.shouldBeEmpty() }
      }
    }

    test("what is not there is found") {
      missingIn("Gevent.joinNone(x)") shouldContain "Gevent.joinNone"
      missingIn("awaitNothing()") shouldContain "awaitNothing"
      missingIn("NoClass") shouldContain "NoClass"
    }
  })
