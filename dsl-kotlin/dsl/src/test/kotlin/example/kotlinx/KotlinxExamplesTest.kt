package example.kotlinx

import io.greenloop.kotlin.testing.loopTest
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking

/** Programs of kotlinx give the same on the loop as in `runBlocking`; there in virtual time. */
class KotlinxExamplesTest :
  FunSpec({
    test("a crawler with channels") {
      lateinit var found: List<String>
      loopTest { t ->
        found = Crawler.crawl("/", 2)
        t.note("end")
        t.trail() shouldBe listOf("end@80") // six pages: one, two, two, one
      }

      found shouldBe listOf("/", "/a", "/b", "/a/1", "/a/2", "/gone")
      found shouldBe runBlocking { Crawler.crawl("/", 2) }
    }

    test("a pipeline of flows") {
      lateinit var peaks: List<Int>
      loopTest { peaks = Pipeline.peaks(5).toList() }

      peaks shouldBe runBlocking { Pipeline.peaks(5).toList() }
      peaks shouldBe peaks.sorted()
    }

    test("an actor") {
      loopTest { count(10, 100) shouldBe 1000 }
      runBlocking { count(10, 100) } shouldBe 1000
    }
  })
