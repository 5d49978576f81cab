package io.greenloop.examples.scripts

import io.greenloop.examples.Site
import io.greenloop.examples.answer
import io.greenloop.examples.redirect
import io.greenloop.examples.refusedUrl
import io.greenloop.project.root
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import java.util.spi.ToolProvider
import kotlin.io.path.createTempDirectory
import kotlin.io.path.deleteExisting
import kotlin.io.path.extension
import kotlin.io.path.invariantSeparatorsPathString
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.relativeTo
import kotlin.io.path.walk

/** What the crawl printed: its table by path, its broken links with the paths that hold them. */
private class Report(
  run: Finished,
  site: String,
) {
  val status = LinkedHashMap<String, String>()
  val links = LinkedHashMap<String, Int>()
  val broken = LinkedHashMap<String, MutableSet<String>>()
  val lastLine = run.lines.last()

  init {
    val row = Regex("(\\w[\\w ]*?) +(\\d+) +(\\d+) +(\\d+) ms {2}(\\S+)")
    for (line in run.lines) {
      val (state, count, _, _, url) = row.matchEntire(line)?.destructured ?: continue
      status[url.removePrefix(site)] = state
      links[url.removePrefix(site)] = count.toInt()
    }
    for (line in run.lines) {
      when {
        line.startsWith("BROKEN ") -> {
          broken[line.substringAfterLast(' ').removePrefix(site)] =
            sortedSetOf()
        }

        line.startsWith("  on ") -> {
          broken.values.last() +=
            line.removePrefix("  on ").removePrefix(site)
        }
      }
    }
  }
}

private fun crawl(
  url: String,
  vararg options: String,
): Report {
  val run = Greenloop.run("crawl.loop.kts", url, *options)
  return withClue(run.err) {
    run.exitCode shouldBe 0
    Report(run, url.substringBeforeLast('/'))
  }
}

/** The documentation of two of our modules as HTML: a real tree of pages, made by the JDK's tool. */
private fun javadoc(to: Path) {
  val sources =
    listOf("greenlet-compat", "eventlet-compat")
      .flatMap { root.resolve(it).resolve("src/main/java").walk() }
      .filter { it.extension == "java" && !it.endsWith("module-info.java") }
  val arguments =
    listOf("-quiet", "-Xdoclint:none", "-d", "$to", "-cp", System.getProperty("java.class.path"))
  val code =
    ToolProvider
      .findFirst("javadoc")
      .get()
      .run(System.out, System.err, *(arguments + sources.map { "$it" }).toTypedArray())
  check(code == 0) { "javadoc failed with exit code $code" }
}

class CrawlTest :
  FunSpec({
    test("without a URL it crawls the guide of this project, which has no broken link") {
      val run = Greenloop.run("crawl.loop.kts", "--workers", "4")

      withClue(run.err + run.lines.joinToString("\n")) {
        run.exitCode shouldBe 0
        run.lines.last() shouldBe "0 broken links"
        val pages = run.lines.filter { it.startsWith("200") }.map { it.substringAfterLast(' ') }
        pages.map { it.substringAfter("/docs/guide/", "") } shouldContainAll
          listOf("", "first-steps.md", "three-kinds.md", "scripts.md", "jvm-flags.md")
      }
    }

    test("a real tree of pages, of which one is missing: it names every page with a link to it") {
      // A new folder each time: nothing is deleted here, `clean` does it.
      val tree = createTempDirectory(Path.of("target").toAbsolutePath(), "javadoc")
      javadoc(tree)
      val missing = "io/greenloop/greenlet/Tuple.html"
      tree.resolve(missing).deleteExisting()
      val pages =
        tree
          .walk()
          .filter { it.extension == "html" }
          .associateBy { "/" + it.relativeTo(tree).invariantSeparatorsPathString }
      val holders =
        pages.filterValues {
          Regex("<a [^>]*href=\"[^\"#]*\\bTuple\\.html[\"#]").containsMatchIn(it.readText())
        }

      val site = Site()
      for ((path, file) in pages) {
        site.answer(path) { it.answer(200, "text/html", file.readBytes()) }
      }
      val report = site.use { crawl("${site.url}/index.html") }

      holders.keys.shouldNotBeEmpty()
      report.status["/$missing"] shouldBe "404"
      report.broken["/$missing"] shouldBe holders.keys.toSortedSet()
      report.status.size shouldBeGreaterThan 25
      report.status.filterValues { it == "200" }.keys shouldContainAll
        pages.keys.filter { it.startsWith("/io/greenloop/greenlet/") }
    }

    test("links of every kind: each address once, each failure by its name, in its time limit") {
      val other = refusedUrl()
      val site = Site()
      site
        .page(
          "/",
          """
          <a href="a.html">a</a> <a href="a.html#part">part of a</a> <a href="./sub/../a.html">a</a>
          <a href="/data.bin">data</a> <a href="/moved">moved</a> <a href="/loop1">loop</a>
          <a href="/slow">slow</a> <a href="/gone">gone</a> <a href="/error">error</a>
          <a href="/hangup">hangup</a> <a href="?page=1">one</a> <a href="?page=2">two</a>
          <a href="mailto:ann@example.org">mail</a> <a href="javascript:void(0)">script</a>
          <a href="tel:123">tel</a> <a href="$other">elsewhere</a> <a href="/with space.html">space</a>
          <a href="/ü.html">umlaut</a> <a href="http://[bad">malformed</a> <a href="/odd">odd</a>
          <a href="">itself</a> <a name="x">no link</a> <a href="/away">away</a>
          <a href="/nowhere">nowhere</a> <a href="/shout">shout</a>
          """,
        ).page("/a.html", "<base href='/deep/'><a href='/'>back</a><a href='b.html'>b</a>")
        .page("/deep/b.html", "<a href='/gone'>gone too</a>")
        .page("/data.bin", "<a href='/nobody-looks'>", type = "application/octet-stream")
        .page("/error", "<a href='/nobody-looks'>", status = 500)
        .page("/with space.html", "space")
        .page("/ü.html", "umlaut")
        .page("/odd", "<a href='/a.html'>a</a>", type = "text/html; charset=nonsense")
        .silent("/slow")
        .answer("/moved") { it.redirect("/a.html") }
        .answer("/loop1") { it.redirect("/loop2") }
        .answer("/loop2") { it.redirect("/loop1") }
        .answer("/away") { it.redirect(other) }
        .answer("/nowhere") { it.redirect("http://[bad") }
        .page("/shout", "<a href='/a.html'>a</a>", type = "TEXT/HTML; CHARSET=UTF-8")
        .answer("/hangup") { it.close() }

      val report = site.use { crawl("${site.url}/", "--seconds", "4", "--workers", "20") }

      report.status.toSortedMap() shouldBe
        sortedMapOf(
          "/" to "200",
          "/?page=1" to "200",
          "/?page=2" to "200",
          "/a.html" to "200",
          "/away" to "refused",
          "/data.bin" to "200",
          "/deep/b.html" to "200",
          "/error" to "500",
          "/gone" to "404",
          "/hangup" to "failed",
          "/loop1" to "302",
          "/moved" to "200",
          "/nowhere" to "failed",
          "/odd" to "200",
          "/shout" to "200",
          "/slow" to "timeout",
          "/with%20space.html" to "200",
          "/%C3%BC.html" to "200",
        )
      val start = setOf("/", "/?page=1", "/?page=2")
      report.broken shouldBe
        mapOf(
          "/away" to start,
          "/error" to start,
          "/gone" to start + "/deep/b.html",
          "/hangup" to start,
          "/loop1" to start,
          "/nowhere" to start,
          "/slow" to start,
          "http://[bad" to start,
        )
      report.links["/a.html"] shouldBe 2
      report.links["/odd"] shouldBe 1
      report.links["/shout"] shouldBe 1
      report.links["/data.bin"] shouldBe 0
      report.lastLine shouldBe "8 broken links"
    }

    test("never more requests at once than workers") {
      val now = AtomicInteger()
      val most = AtomicInteger()
      val site = Site().page("/", (1..30).joinToString("") { "<a href='/$it'>$it</a>" })
      for (n in 1..30) {
        site.answer("/$n") { exchange ->
          most.accumulateAndGet(now.incrementAndGet(), ::maxOf)
          Thread.sleep(20) // long enough for the others to come
          now.decrementAndGet()
          exchange.answer(200, "text/html", ByteArray(1))
        }
      }

      site.use { crawl("${site.url}/", "--workers", "3") }.status.size shouldBe 31

      most.get() shouldBe 3
    }

    test("a start that cannot be fetched fails; wrong words are refused with the usage") {
      val refused = Greenloop.run("crawl.loop.kts", refusedUrl())
      val wrong = Greenloop.run("crawl.loop.kts", "--workers", "none")

      refused.exitCode shouldBe 1
      refused.lines[1].substringBefore(' ') shouldBe "refused"
      wrong.exitCode shouldBe 2
      wrong.err shouldContain "crawl: --workers wants a number above 0, not 'none'\nusage: "
      wrong.err shouldEndWith "crawl.loop.kts [URL] [--workers N] [--seconds S] [--pages N]\n"
    }
  })
