package io.greenloop.script

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe

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

    test("whatever is not a plain run is left to the full parser") {
      parse().shouldBeNull()
      parse("doctor").shouldBeNull()
      parse("run").shouldBeNull()
      parse("run", "--help").shouldBeNull()
      parse("run", "--seed").shouldBeNull()
      parse("run", "--seed", "x", "a.loop.kts").shouldBeNull()
      parse("run", "--seed=7", "a.loop.kts").shouldBeNull()
      parse("run", "").shouldBeNull()
    }
  })
