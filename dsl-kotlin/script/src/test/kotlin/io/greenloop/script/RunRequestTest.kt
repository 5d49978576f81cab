package io.greenloop.script

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

class RunRequestTest :
  FunSpec({
    fun parse(vararg words: String): RunRequest? = RunRequest.parse(arrayOf(*words))

    test("what follows the script belongs to the script, options too") {
      val request = parse("run", "--seed", "7", "a.loop.kts", "--seed", "8", "-x", "--")!!

      request.shown shouldBe "a.loop.kts"
      request.seed shouldBe 7
      request.args shouldBe listOf("--seed", "8", "-x", "--")
      request.virtualTime shouldBe false
      request.debug shouldBe false
    }

    test("options come in any order and reach the runtime by the script's plain name") {
      val options = parse("run", "--debug", "--virtual-time", "some/where/a.loop.kts")!!.options()

      options.name shouldBe "a.loop.kts"
      options.debug shouldBe true
      options.virtualTime shouldBe true
      options.seed.shouldBeNull()
    }

    test("a script alone is run: so a first line with the command's name starts it") {
      val request = parse("./a.loop.kts", "run", "--seed")!!

      request.shown shouldBe "./a.loop.kts"
      request.args shouldBe listOf("run", "--seed")
    }

    test("a time limit is a number of seconds, or a duration as Kotlin writes it") {
      fun limit(text: String) = parse("run", "--timeout", text, "a.loop.kts")?.limit

      limit("90") shouldBe 90.seconds
      limit("1.5h") shouldBe 90.minutes
      limit("1m 30s") shouldBe 90.seconds
      limit("PT1M") shouldBe 1.minutes
      for (wrong in listOf("0", "-5s", "soon", "")) limit(wrong).shouldBeNull()
      parse("run", "--jfr", "out.jfr", "a.loop.kts")!!.jfr shouldBe "out.jfr"
    }

    test("whatever is not a plain run is left to the full parser") {
      parse().shouldBeNull()
      parse("doctor").shouldBeNull()
      parse("run").shouldBeNull()
      parse("run", "--help").shouldBeNull()
      parse("run", "--seed").shouldBeNull()
      parse("run", "--seed", "x", "a.loop.kts").shouldBeNull()
      parse("run", "--seed=7", "a.loop.kts").shouldBeNull()
      parse("run", "").shouldBeNull()
      parse("run", "--watch", "a.loop.kts").shouldBeNull()
      parse("--debug", "a.loop.kts").shouldBeNull()
    }
  })
