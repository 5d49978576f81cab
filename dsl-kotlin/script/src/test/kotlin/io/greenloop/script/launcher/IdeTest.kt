package io.greenloop.script.launcher

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotContain
import java.io.DataInputStream
import java.nio.file.Files
import java.util.jar.JarFile

/** What an IDE needs of the jar to know a `*.loop.kts`, and cannot be asked for here. */
class IdeTest :
  FunSpec({
    val template = "io.greenloop.script.compiler.LoopScriptTemplate"

    test("the jar names its definition in the place where tools look, and older JVMs can load it") {
      val file =
        Files.newDirectoryStream(Greenloop.dist.resolve("lib/launcher"), "greenloop-script-*").use {
          it.single()
        }
      JarFile(file.toFile()).use { jar ->
        val marker = jar.getJarEntry("META-INF/kotlin/script/templates/$template.classname")
        marker.shouldNotBeNull().size shouldBe 0

        // The class of that name and all of the jar that it leads to.
        val seen = LinkedHashSet<String>()
        val open = ArrayDeque(listOf(template.replace('.', '/')))
        while (open.isNotEmpty()) {
          val name = open.removeFirst()
          if (!seen.add(name)) continue
          val code =
            jar
              .getInputStream(
                jar.getJarEntry("$name.class").shouldNotBeNull(),
              ).readBytes()
          withClue(name) {
            version(code) shouldBeLessThanOrEqual JAVA_17
            code.decodeToString() shouldNotContain "io/greenloop/kotlin/"
          }
          open += OUR_CLASS.findAll(code.decodeToString()).map { it.value }
        }
        seen shouldContain "io/greenloop/script/compiler/LoopScriptConfiguration"
      }
    }
  })

/** The class file version of the oldest JVM that IDEs of today run on. */
private const val JAVA_17 = 61

private fun version(classFile: ByteArray): Int =
  DataInputStream(classFile.inputStream()).use {
    it.skipBytes(6)
    it.readUnsignedShort()
  }

private val OUR_CLASS = Regex("io/greenloop/script/[\\w/$]+")
