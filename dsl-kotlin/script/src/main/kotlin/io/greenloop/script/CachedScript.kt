package io.greenloop.script

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.BasicFileAttributes
import java.util.jar.Attributes
import java.util.jar.JarEntry
import java.util.jar.JarFile
import java.util.jar.JarOutputStream
import java.util.jar.Manifest
import java.util.zip.CRC32

/**
 * A compiled script: an ordinary jar with the script's classes, four lines in its manifest, and a
 * checksum of all of it as its comment: a class that was damaged would end a script in its middle.
 *
 * `Main-Class` names the script class, `Class-Path` the libraries it was compiled with (as `file:`
 * addresses, followed by the class loader itself), [LIBRARIES] the [mark] of each of them in the same
 * order, [IMPORTS] each imported script with the hash of its text: `hash address hash address …`.
 */
internal class CachedScript private constructor(
  val jar: Path,
  val mainClass: String,
) {
  companion object {
    private val IMPORTS = Attributes.Name("Greenloop-Imports")
    private val LIBRARIES = Attributes.Name("Greenloop-Libraries")
    private const val NO_SUM = "00000000"
    private const val HEX = 16

    /** The script in [jar], or null if there is none or what it was made from has changed. */
    fun open(jar: Path): CachedScript? {
      val attributes = attributes(jar) ?: return null
      val mainClass = attributes.getValue(Attributes.Name.MAIN_CLASS) ?: return null
      val libraries = words(attributes, Attributes.Name.CLASS_PATH)
      if (libraries.map { mark(Path.of(URI(it))) } != words(attributes, LIBRARIES)) return null
      val imports = words(attributes, IMPORTS)
      for (i in imports.indices step 2) {
        if (Hash.ofFile(Path.of(URI(imports[i + 1]))) != imports[i]) return null
      }
      return CachedScript(jar, mainClass)
    }

    /** The imports and libraries of the script in [jar], whether or not they have changed since. */
    fun parts(jar: Path): List<Path> {
      val attributes = attributes(jar) ?: return emptyList()
      val imports = words(attributes, IMPORTS).filterIndexed { i, _ -> i % 2 == 1 }
      return (imports + words(attributes, Attributes.Name.CLASS_PATH)).map { Path.of(URI(it)) }
    }

    private fun attributes(jar: Path): Attributes? =
      try {
        if (isWhole(jar)) {
          JarFile(jar.toFile(), false).use { it.manifest?.mainAttributes }
        } else {
          null
        }
      } catch (_: IOException) {
        null // not there, or damaged: compiled again and replaced
      }

    private fun isWhole(jar: Path): Boolean {
      val bytes = Files.readAllBytes(jar)
      return bytes.size > NO_SUM.length &&
        bytes.decodeToString(bytes.size - NO_SUM.length) == sum(bytes)
    }

    /** The checksum of [jar] up to its comment, which is its very end. */
    private fun sum(jar: ByteArray): String {
      val crc = CRC32()
      crc.update(jar, 0, jar.size - NO_SUM.length)
      return crc.value.toString(HEX).padStart(NO_SUM.length, '0')
    }

    /** The jar that [open] takes. */
    fun jar(
      manifest: Manifest,
      classes: Map<String, ByteArray>,
    ): ByteArray {
      val bytes = ByteArrayOutputStream()
      JarOutputStream(bytes, manifest).use { out ->
        for ((name, code) in classes) {
          out.putNextEntry(JarEntry(name))
          out.write(code)
          out.closeEntry()
        }
        out.setComment(NO_SUM)
      }
      val jar = bytes.toByteArray()
      sum(jar).encodeToByteArray().copyInto(jar, jar.size - NO_SUM.length)
      return jar
    }

    /** By what a library that was built anew differs: its size and time; a hash would cost a start. */
    fun mark(library: Path): String =
      try {
        val file = Files.readAttributes(library, BasicFileAttributes::class.java)
        "${file.size()}@${file.lastModifiedTime().toMillis()}"
      } catch (_: IOException) {
        "missing"
      }

    /** The manifest that [open] reads. */
    fun manifest(
      mainClass: String,
      libraries: Map<Path, String>,
      imports: Map<Path, String>,
    ): Manifest {
      val manifest = Manifest()
      val attributes = manifest.mainAttributes
      attributes[Attributes.Name.MANIFEST_VERSION] = "1.0"
      attributes[Attributes.Name.MAIN_CLASS] = mainClass
      if (libraries.isNotEmpty()) {
        attributes[Attributes.Name.CLASS_PATH] =
          libraries.keys.joinToString(" ") { "${it.toUri()}" }
        attributes[LIBRARIES] = libraries.values.joinToString(" ")
      }
      if (imports.isNotEmpty()) {
        attributes[IMPORTS] =
          imports.entries.joinToString(" ") { (file, hash) -> "$hash ${file.toUri()}" }
      }
      return manifest
    }

    /**
     * Where the compiled form of [script] with content [text] belongs.
     *
     * The file name counts, for class name and stack traces come from it; the folder only where
     * the text names files relative to it. The build id stands for the compiler, its options and
     * the API the script is compiled against.
     */
    fun place(
      script: Path,
      text: ByteArray,
    ): Path {
      val key = StringBuilder(Home.build).append('\n').append(script.fileName).append('\n')
      val relative = String(text, Charsets.UTF_8).contains("@file")
      if (relative) key.append(script.toAbsolutePath().normalize().parent)
      return Home.cache.resolve(
        "scripts/${Hash.of(key.append('\n').toString().toByteArray(), text)}.jar",
      )
    }

    private fun words(
      attributes: Attributes,
      name: Attributes.Name,
    ): List<String> =
      attributes.getValue(name)?.split(' ')?.filter { it.isNotEmpty() } ?: emptyList()
  }
}
