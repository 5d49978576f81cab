package io.greenloop.project

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.validation.api.dump
import kotlinx.validation.api.filterOutNonPublic
import kotlinx.validation.api.loadApiFromJvmClasses
import kotlin.io.path.createParentDirectories
import kotlin.io.path.exists
import kotlin.io.path.inputStream
import kotlin.io.path.readText
import kotlin.io.path.writeText

/** The public API is a file that reviewers read: `api/ARTIFACT.api` in each module. */
class ApiTest :
  FunSpec({
    for ((artifact, folder) in published) {
      val listing = root.resolve("$folder/api/$artifact.api")
      val update = System.getProperty("api.update") != null

      test("$artifact has the API that its listing says").config(
        enabled =
          update || listing.exists(),
      ) {
        val module = CompiledModule(folder)
        val hidden = module.classes.map { module.packageOf(it) }.filter { it !in module.exported }
        val api =
          module.classes
            .asSequence()
            .map { it.inputStream() }
            .loadApiFromJvmClasses()
            .filterOutNonPublic(hidden)
            .dump(StringBuilder())
            .toString()

        if (update) listing.createParentDirectories().writeText(api)
        withClue(
          "if the change is meant: ./mvnw verify -Dapi.update, and commit the listing with it",
        ) {
          listing.readText() shouldBe api
        }
      }
    }
  })
