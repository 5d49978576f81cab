package io.greenloop.script

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes
import kotlin.io.path.writeText

class CachedScriptTest :
  FunSpec({
    val folder = Files.createTempDirectory("cached")
    val import = folder.resolve("a b.loop.kts")
    val library = folder.resolve("x.jar")

    fun jar(name: String): Path {
      import.writeText("val a = 1\n")
      library.writeText("library")
      val libraries = mapOf(library to CachedScript.mark(library))
      val imports = mapOf(import to Hash.ofFile(import)!!)
      val jar = folder.resolve(name)
      val manifest = CachedScript.manifest("Main_loop", libraries, imports)
      jar.writeBytes(CachedScript.jar(manifest, mapOf("Main_loop.class" to ByteArray(100))))
      return jar
    }

    test("a compiled script is taken while all that it was made of is as it was") {
      val jar = jar("whole.jar")

      CachedScript.open(jar).shouldNotBeNull().mainClass shouldBe "Main_loop"
      CachedScript.parts(jar) shouldBe listOf(import, library)
      import.writeText("val a = 2\n")
      CachedScript.open(jar).shouldBeNull()
      import.writeText("val a = 1\n")
      CachedScript.open(jar).shouldNotBeNull()
      library.writeText("another library")
      CachedScript.open(jar).shouldBeNull()
    }

    test(
      "a damaged one is none: empty, cut off, a byte changed anywhere, overwritten, a folder, not there",
    ) {
      val jar = jar("damaged.jar")
      val bytes = jar.readBytes()

      for (rest in listOf(0, 1, bytes.size / 2, bytes.size - 1)) {
        jar.writeBytes(bytes.copyOf(rest))
        CachedScript.open(jar).shouldBeNull()
      }
      for (i in bytes.indices) {
        jar.writeBytes(bytes.copyOf().also { it[i] = (it[i] + 1).toByte() })
        withClue("byte $i of ${bytes.size}") { CachedScript.open(jar).shouldBeNull() }
      }
      jar.writeBytes(ByteArray(bytes.size) { 'x'.code.toByte() })
      CachedScript.open(jar).shouldBeNull()
      CachedScript.parts(jar) shouldBe emptyList()
      CachedScript.open(folder).shouldBeNull()
      CachedScript.open(folder.resolve("none.jar")).shouldBeNull()
    }
  })
