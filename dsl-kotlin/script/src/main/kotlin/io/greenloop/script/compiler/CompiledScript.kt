package io.greenloop.script.compiler

import io.greenloop.script.CachedScript
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.util.jar.JarEntry
import java.util.jar.JarOutputStream
import kotlin.script.experimental.api.ScriptDiagnostic

/** What one compilation gave: the script, or why not. */
internal class CompileResult(
  val diagnostics: List<ScriptDiagnostic>,
  val compiled: CompiledScript?,
)

/**
 * @property classes path in the jar to bytes, imported scripts included
 * @property libraries what `DependsOn` resolved to
 * @property imports the imported scripts, those of imports too
 */
internal class CompiledScript(
  private val mainClass: String,
  private val classes: Map<String, ByteArray>,
  private val libraries: List<Path>,
  private val imports: List<Path>,
) {
  /** Writes the cache jar beside its final place and moves it there: two runs may race. */
  fun writeTo(jar: Path) {
    val folder = Files.createDirectories(jar.parent)
    val part = Files.createTempFile(folder, "part", null)
    try {
      val manifest = CachedScript.manifest(mainClass, libraries, imports)
      JarOutputStream(Files.newOutputStream(part), manifest).use { out ->
        for ((name, bytes) in classes) {
          out.putNextEntry(JarEntry(name))
          out.write(bytes)
          out.closeEntry()
        }
      }
      Files.move(part, jar, ATOMIC_MOVE)
    } finally {
      Files.deleteIfExists(part)
    }
  }
}
