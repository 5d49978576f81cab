package io.greenloop.kotlin

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

class PlaceholderTest :
  FunSpec({
    test("the tests run on the build's JDK") {
      (Runtime.version().feature() >= 25) shouldBe true
    }
  })
