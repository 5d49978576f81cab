package io.greenloop.script.compiler

import io.greenloop.script.CachedScript
import io.greenloop.script.Hash
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import kotlin.script.experimental.api.ScriptDiagnostic

/** What one compilation gave: the script, or why not. */
internal class CompileResult(
  val diagnostics: List<ScriptDiagnostic>,
  val compiled: CompiledScript?,
)

/**
 * @property classes path in the jar to bytes, imported scripts included
 * @property libraries what `DependsOn` resolved to, and what marked each file then
 * @property imports the imported scripts, those of imports too, and the hash of each when it was found
 */
internal class CompiledScript(
  private val mainClass: String,
  private val classes: Map<String, ByteArray>,
  private val libraries: Map<Path, String>,
  private val imports: Map<Path, String>,
) {
  /** Whether an import was saved since, so that nobody knows which text was compiled. */
  fun importsHaveChanged(): Boolean = imports.any { (file, hash) -> Hash.ofFile(file) != hash }

  /** Writes the cache jar beside its final place and moves it there: two runs may race. */
  fun writeTo(jar: Path) {
    val folder = Files.createDirectories(jar.parent)
    val part = Files.createTempFile(folder, "part", null)
    try {
      val manifest = CachedScript.manifest(mainClass, libraries, imports)
      Files.write(part, CachedScript.jar(manifest, classes))
      Files.move(part, jar, ATOMIC_MOVE)
    } finally {
      Files.deleteIfExists(part)
    }
  }
}
