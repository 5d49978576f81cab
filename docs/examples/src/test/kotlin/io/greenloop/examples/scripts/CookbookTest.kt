package io.greenloop.examples.scripts

import com.sun.net.httpserver.HttpExchange
import io.greenloop.examples.Child
import io.greenloop.examples.Site
import io.greenloop.examples.answer
import io.greenloop.examples.refusedUrl
import io.greenloop.project.root
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.ints.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith
import java.net.InetAddress
import java.net.ServerSocket
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import java.security.MessageDigest
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlin.random.Random

private fun folder(name: String): Path =
  Path.of("target/cookbook").toAbsolutePath().createDirectories().let {
    Files.createTempDirectory(it, name) // nothing is deleted here: `clean` does it
  }

/** Announces [body] as a whole, and breaks off in the middle of it. */
private fun HttpExchange.breakOff(body: ByteArray) {
  sendResponseHeaders(200, body.size.toLong())
  responseBody.write(body, 0, body.size / 2)
  responseBody.flush()
  error("broken off")
}

/** The scripts of the cookbook, each with a peer of another kind: a web server, the shell, files. */
class CookbookTest :
  FunSpec({
    test("the page of the cookbook has twenty scripts, and all of them are there") {
      val page = root.resolve("docs/guide/cookbook.md").readText()
      val scripts =
        Regex("\\(\\.\\./examples/(.*?\\.loop\\.kts)\\)").findAll(page).map { it.groupValues[1] }

      scripts.filterNot { root.resolve("docs/examples/$it").exists() }.toList() shouldBe emptyList()
      scripts.toSet().size shouldBeGreaterThanOrEqual 20
    }

    test("link checker: a page, a missing one, a host that does not answer, each once") {
      val refused = refusedUrl()
      val links =
        listOf("/a", "/gone", "#top", "mailto:a@example.org", "/a#part", refused)
          .joinToString("") { "<a href='$it'>x</a>" }
      Site().page("/", links).page("/a", "<a href='/'>back</a>").use { site ->
        val broken = Greenloop.run("link-checker.loop.kts", "${site.url}/")
        val fine = Greenloop.run("link-checker.loop.kts", "${site.url}/a")

        withClue(broken.err) {
          broken.lines.shouldContainExactly(
            "${site.url}/gone answers 404",
            "$refused does not answer",
            "4 links, 2 broken",
          )
        }
        broken.exitCode shouldBe 1
        fine.lines shouldContainExactly listOf("1 links, 0 broken")
        fine.exitCode shouldBe 0
      }
    }

    test("downloader: whole files, one after a second try; what is missing is named") {
      val large = Random(1).nextBytes(300_000)
      val asked = AtomicInteger()
      val site =
        Site()
          .answer("/large.bin") { it.answer(200, "application/octet-stream", large) }
          .answer("/shaky.bin") {
            if (asked.incrementAndGet() == 1) it.breakOff(large) else it.answer(200, "a/b", large)
          }
      site.use {
        val folder = folder("download")
        val urls = listOf("large.bin", "shaky.bin", "gone.bin").map { "${site.url}/$it" }

        val run = Greenloop.run("download.loop.kts", "$folder", *urls.toTypedArray())

        run.lines.first() shouldBe "0 of 3 files, 0 kB"
        run.lines.last() shouldStartWith "2 of 3 files, "
        run.err shouldBe "${site.url}/gone.bin: status 404\n"
        run.exitCode shouldBe 1
        asked.get() shouldBe 2
        folder.listDirectoryEntries().map { it.name }.sorted() shouldContainExactly
          listOf("large.bin", "shaky.bin")
        for (file in folder.listDirectoryEntries()) {
          file.readBytes().contentEquals(large) shouldBe
            true
        }
      }
    }

    test("file watcher: a file that is written starts the command, and its end is shown") {
      val folder = folder("watch")
      val command = arrayOf("sh", "-c", "cat '$folder'/*; exit 3")
      Greenloop.start("file-watcher.loop.kts", "$folder", *command).use { watcher ->
        watcher.awaitLine("watching $folder")
        folder.resolve("a.txt").writeText("one\n")
        watcher.awaitLine("changed: a.txt")
        watcher.awaitLine("exit code 3")
        watcher.lines.takeLast(3) shouldContainExactly
          listOf("changed: a.txt", "one", "exit code 3")
        Files.delete(folder.resolve("a.txt"))
        watcher.awaitLine("changed: a.txt")
        watcher.interrupt()
        watcher.finish() shouldBe 130
      }
    }

    test("batch rename: shows, renames, finds what is the same, and changes nothing twice") {
      val folder = folder("rename")
      for ((name, text) in listOf("a b.txt" to "x", "c.txt" to "x", "d" to "y")) {
        folder.resolve(name).writeText(text)
      }

      fun sum(text: String) =
        MessageDigest
          .getInstance("SHA-256")
          .digest(text.toByteArray())
          .toHexString()
          .take(12)

      val shown =
        listOf("a b.txt -> ${sum("x")}.txt", "c.txt -> ${sum("x")}.txt", "d -> ${sum("y")}")
      Greenloop.run("batch-rename.loop.kts", "$folder").lines shouldContainExactly shown
      folder.listDirectoryEntries().map { it.name }.sorted() shouldBe
        listOf("a b.txt", "c.txt", "d")

      val same = "c.txt has the content of ${sum("x")}.txt"
      Greenloop.run("batch-rename.loop.kts", "$folder", "go").lines shouldContainExactly
        listOf(shown[0], same, shown[2])
      folder.listDirectoryEntries().map { it.name } shouldContainExactlyInAnyOrder
        listOf("${sum("x")}.txt", "c.txt", sum("y"))
      Greenloop.run("batch-rename.loop.kts", "$folder", "go").lines shouldContainExactly
        listOf(same)
    }

    test("cron: the table of a night, in virtual time; a line that is none") {
      val table = folder("cron").resolve("table")
      table.writeText(
        "# at night\n*/2 * * * * echo even\n0 0 * * 0 echo sunday\n58-59,5 23 * * * echo late\n",
      )
      val night = arrayOf("cron.loop.kts", "$table", "2026-11-21T23:57:30")

      val run = Greenloop.run("--virtual-time", "--timeout", "4m", *night)

      withClue(run.err) { run.exitCode shouldBe 124 }
      run.lines shouldContainExactlyInAnyOrder
        listOf(
          "2026-11-21T23:58 even",
          "2026-11-21T23:58 late",
          "2026-11-21T23:59 late",
          "2026-11-22T00:00 even",
          "2026-11-22T00:00 sunday",
        )
      table.writeText("* * * echo\n")
      Greenloop.run("cron.loop.kts", "$table").err shouldContain
        "five times and a command expected: * * * echo"
    }

    test("CSV to HTTP: quotes and commas, a server that is busy at first, one that refuses") {
      val table = folder("csv").resolve("table.csv")
      table.writeText("name,says\nann,\"hello, \"\"you\"\"\"\n,\nbob,back\\slash\n")
      val bodies = ConcurrentLinkedQueue<String>()
      val asked = AtomicInteger()
      val site =
        Site()
          .answer("/rows") {
            val body = it.requestBody.readAllBytes().decodeToString()
            val isBusy = asked.incrementAndGet() == 1
            if (!isBusy) bodies += body
            it.answer(if (isBusy) 503 else 200, "text/plain", ByteArray(0))
          }.answer("/no") { it.answer(400, "text/plain", ByteArray(0)) }
      site.use {
        val run = Greenloop.run("csv-to-http.loop.kts", "$table", "${site.url}/rows")
        val refused = Greenloop.run("csv-to-http.loop.kts", "$table", "${site.url}/no")

        withClue(run.err) { run.lines shouldContainExactly listOf("3 rows sent") }
        bodies shouldContainExactlyInAnyOrder
          listOf(
            "{\"name\":\"ann\",\"says\":\"hello, \\\"you\\\"\"}",
            "{\"name\":\"\",\"says\":\"\"}",
            "{\"name\":\"bob\",\"says\":\"back\\\\slash\"}",
          )
        asked.get() shouldBe 4
        refused.exitCode shouldBe 1
        refused.err shouldContain "refused, status 400: {\"name\":\""
      }
    }

    test("wait for: a service that is there, one that comes, one that never does") {
      val later = URI(refusedUrl()).authority
      ServerSocket(0, 50, InetAddress.getLoopbackAddress()).use { there ->
        val here = "127.0.0.1:${there.localPort}"
        Greenloop.start("wait-for.loop.kts", here, later).use { waiting ->
          waiting.awaitLine("$here answers")
          val port = later.substringAfter(':').toInt()
          ServerSocket(port, 50, InetAddress.getLoopbackAddress()).use {
            waiting.awaitLine("$later answers")
            waiting.finish() shouldBe 0
          }
        }
        val never = Greenloop.run("--virtual-time", "wait-for.loop.kts", here, later)
        never.lines shouldContainExactly
          listOf("$here answers", "no answer within 30s: $later")
        never.exitCode shouldBe 1
      }
    }

    test("run all: lines with the number of their command, and who failed") {
      val run = Greenloop.run("run-all.loop.kts", "echo one; echo more", "echo two >&2; exit 3")

      val lines = run.lines.map { it.replace(Regex("\\d+ ms"), "N ms") }
      withClue(run.err) {
        lines shouldContainExactlyInAnyOrder
          listOf(
            "1| one",
            "1| more",
            "1: exit code 0 after N ms",
            "2| two",
            "2: exit code 3 after N ms",
            "1 of 2 succeeded",
          )
      }
      lines.last() shouldBe "1 of 2 succeeded"
      run.exitCode shouldBe 1
    }

    test("page watch: a page that changes, that goes, and tags where the server has them") {
      val tags = ConcurrentLinkedQueue<String>()
      val page = AtomicInteger(1)
      val site =
        Site().answer("/") {
          val now = page.get()
          val tag = it.requestHeaders.getFirst("If-None-Match")
          tags += "$tag"
          it.responseHeaders["ETag"] = listOf("\"$now\"")
          when {
            now == 3 -> it.answer(500, "text/plain", ByteArray(0))
            tag == "\"$now\"" -> it.answer(304, "text/plain", ByteArray(0))
            else -> it.answer(200, "text/plain", "page $now".toByteArray())
          }
        }
      site.use {
        Greenloop.start("page-watch.loop.kts", "${site.url}/", "0.05").use { watch ->
          watch.awaitLine("watching, 6 characters")
          page.set(2)
          watch.awaitLine("changed")
          page.set(3)
          watch.awaitLine("status 500")
          watch.interrupt()
          watch.finish() shouldBe 130
          watch.lines.take(3) shouldContainExactly
            listOf("watching, 6 characters", "changed", "status 500")
          tags.toSet() shouldBe setOf("null", "\"1\"", "\"2\"")
        }
      }
    }

    test("syslog: what matters is shown, by its severity") {
      Greenloop.start("syslog.loop.kts", "0", "error").use { syslog ->
        val port = syslog.awaitLineWith("listening on port ").substringAfterLast(' ')
        val messages = listOf("<14>all is well", "<11>disk full", "no priority", "<8>gone")
        for (message in messages) {
          Child("bash", "-c", "echo '$message' > /dev/udp/127.0.0.1/$port").use {
            it.finish() shouldBe 0
          }
        }
        syslog.awaitLine("emergency: gone")
        syslog.lines.drop(1) shouldContainExactly listOf("error: disk full", "emergency: gone")
      }
      Greenloop.run("syslog.loop.kts", "0", "loud").exitCode shouldBe 2
    }

    test("file server: a file, a folder, nothing, nothing outside, no other method") {
      val folder = folder("files")
      folder
        .resolve("docs")
        .createDirectories()
        .resolve("index.html")
        .writeText("<p>index")
      folder.resolve("plain.txt").writeText("plain")
      Files.createSymbolicLink(folder.resolve("out"), folder.parent)
      val secret = folder.resolveSibling("${folder.name}.secret")
      secret.writeText("secret")
      Greenloop.start("file-server.loop.kts", "$folder").use { server ->
        val port = server.awaitLineWith("listening on port ").substringAfterLast(' ')

        fun ask(request: String): List<String> {
          val words = "exec 3<>/dev/tcp/127.0.0.1/$port; printf '$request' >&3; cat <&3"
          return Child("bash", "-c", words).use {
            it.finish() shouldBe 0
            it.lines
          }
        }

        fun get(path: String) = ask("GET $path HTTP/1.0\\r\\nHost: a\\r\\n\\r\\n")
        get("/plain.txt") shouldContainExactly
          listOf("HTTP/1.0 200 OK", "Content-Type: text/plain", "Content-Length: 5", "", "plain")
        get("/docs/").last() shouldBe "<p>index"
        get("/gone").first() shouldBe "HTTP/1.0 404 Not Found"
        get("/../${folder.name}/plain.txt").last() shouldBe "plain"
        get("/../../../../../../etc/passwd").first() shouldBe "HTTP/1.0 404 Not Found"
        get("/out/${secret.name}").first() shouldBe "HTTP/1.0 404 Not Found"
        ask("POST / HTTP/1.0\\r\\n\\r\\n").first() shouldBe "HTTP/1.0 405 Only GET"
      }
    }

    test("git status: clean, changed, and what is none") {
      val folder = folder("git")
      for (name in listOf("clean", "changed")) {
        Child("git", "init", "-q", "-b", "main", "$folder/$name").use { it.finish() shouldBe 0 }
      }
      folder.resolve("changed/new.txt").writeText("new")
      folder.resolve("damaged/.git").createDirectories()
      folder.resolve("none").createDirectories()

      val run = Greenloop.run("git-status.loop.kts", "$folder")

      run.lines.take(2) shouldContainExactly
        listOf("changed: main, 1 changed, no remote", "clean: main, 0 changed, no remote")
      run.lines.drop(2).single() shouldStartWith "damaged: "
      run.exitCode shouldBe 0
    }
  })
