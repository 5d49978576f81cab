package io.greenloop.script.compiler

import io.greenloop.kotlin.script.DependsOn
import io.greenloop.kotlin.script.Import
import io.greenloop.kotlin.script.Repository
import io.greenloop.script.CachedScript
import io.greenloop.script.Hash
import io.greenloop.script.Jars
import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import kotlin.script.experimental.api.ResultWithDiagnostics
import kotlin.script.experimental.api.ScriptCollectedData
import kotlin.script.experimental.api.ScriptCompilationConfiguration
import kotlin.script.experimental.api.ScriptConfigurationRefinementContext
import kotlin.script.experimental.api.ScriptDiagnostic
import kotlin.script.experimental.api.ScriptSourceAnnotation
import kotlin.script.experimental.api.SourceCode
import kotlin.script.experimental.api.asSuccess
import kotlin.script.experimental.api.collectedAnnotations
import kotlin.script.experimental.api.dependencies
import kotlin.script.experimental.api.importScripts
import kotlin.script.experimental.api.refineConfiguration
import kotlin.script.experimental.host.FileScriptSource
import kotlin.script.experimental.jvm.JvmDependency
import kotlin.script.experimental.jvm.jvm
import kotlin.script.experimental.jvm.updateClasspath

/**
 * What a `*.loop.kts` is to the compiler: base class, receiver, imports, class path, annotations.
 *
 * One instance serves one compilation and collects what its annotations led to.
 */
internal class LoopScriptDefinition(
  private val main: Path,
) {
  /** Libraries of the script and of all it imports, in order of appearance, each with its mark. */
  val libraries: Map<Path, String> get() = found

  /** Imported scripts, also those of imports, each with its hash before it was compiled. */
  val imports: Map<Path, String> get() = imported

  /** Problems with annotations; kept here, for the compiler drops some of them. */
  val diagnostics: List<ScriptDiagnostic> get() = problems.toList()

  private val found = LinkedHashMap<Path, String>()
  private val imported = LinkedHashMap<Path, String>()
  private val problems = LinkedHashSet<ScriptDiagnostic>()
  private val artifacts = MavenArtifacts()

  /** What scripts see anyway; a library's own copy of one of these would only be in the way. */
  private val api: List<File> =
    Jars
      .of(
        Path.of(System.getProperty("greenloop.home"), "lib"),
      ).map {
        it.toFile()
      }
  private val apiNames: Set<String> = api.map { artifactName(it) }.toSet()

  val configuration: ScriptCompilationConfiguration =
    ScriptCompilationConfiguration(LoopScriptConfiguration) {
      jvm { updateClasspath(api) }
      refineConfiguration {
        onAnnotations(
          DependsOn::class,
          Repository::class,
          Import::class,
          handler = ::refine,
        )
      }
    }

  /** Called at least twice for each script, main and imported. */
  private fun refine(
    context: ScriptConfigurationRefinementContext,
  ): ResultWithDiagnostics<ScriptCompilationConfiguration> {
    val annotations =
      context.collectedData?.get(ScriptCollectedData.collectedAnnotations)?.ifEmpty { null }
        ?: return context.compilationConfiguration.asSuccess()
    for (one in annotations) {
      (one.annotation as? Repository)?.let { artifacts.addRepositories(it.urls.asList()) }
    }
    val wanted = Wanted()
    val known = problems.size
    for (one in annotations) wanted.add(one)
    wanted.resolve()
    if (problems.size > known) return ResultWithDiagnostics.Failure(emptyList())
    wanted.jars.forEach { found.putIfAbsent(it, CachedScript.mark(it)) }
    wanted.sources.map { it.file.toPath() }.forEach { file ->
      Hash.ofFile(file)?.let { imported.putIfAbsent(file, it) }
    }
    return ScriptCompilationConfiguration(context.compilationConfiguration) {
      if (wanted.sources.isNotEmpty()) importScripts.append(wanted.sources)
      if (wanted.jars.isNotEmpty()) {
        dependencies.append(JvmDependency(wanted.jars.map { it.toFile() }))
      }
    }.asSuccess()
  }

  /** What the annotations of one script ask for; Maven artifacts together, for they share needs. */
  private inner class Wanted {
    val sources = ArrayList<FileScriptSource>()
    val jars = LinkedHashSet<Path>()
    private val coordinates = LinkedHashMap<String, ScriptSourceAnnotation<*>>()

    fun add(one: ScriptSourceAnnotation<*>) {
      val folder = (one.location?.codeLocationId?.let { Path.of(it) } ?: main).parent
      when (val annotation = one.annotation) {
        is DependsOn -> annotation.artifacts.forEach { addLibrary(it, folder, one) }
        is Import -> annotation.paths.forEach { addImport(it, folder, one) }
      }
    }

    private fun addLibrary(
      name: String,
      folder: Path,
      one: ScriptSourceAnnotation<*>,
    ) {
      if (':' in name && !name.endsWith(".jar")) {
        coordinates.putIfAbsent(name, one)
        return
      }
      val file = folder.resolve(name).normalize()
      if (Files.exists(file)) jars.add(file) else problem(one, "DependsOn: no such file: $name")
    }

    private fun addImport(
      name: String,
      folder: Path,
      one: ScriptSourceAnnotation<*>,
    ) {
      val file = folder.resolve(name).normalize()
      when {
        !Files.isRegularFile(file) -> problem(one, "Import: no such file: $name")
        file == main -> problem(one, "Import: $name imports itself, also through other scripts")
        else -> sources += FileScriptSource(file.toFile())
      }
    }

    fun resolve() {
      if (coordinates.isEmpty()) return
      when (val result = artifacts.resolve(coordinates.keys.toList())) {
        is MavenArtifacts.Resolution.Files -> {
          result.files.filterTo(jars) { artifactName(it.toFile()) !in apiNames }
        }

        is MavenArtifacts.Resolution.Problem -> {
          val blamed = coordinates.entries.firstOrNull { artifactOf(it.key) in result.message }
          problem((blamed ?: coordinates.entries.first()).value, "DependsOn: ${result.message}")
        }
      }
    }

    private fun problem(
      one: ScriptSourceAnnotation<*>,
      message: String,
    ) {
      val code = ScriptDiagnostic.unspecifiedError
      problems += ScriptDiagnostic(code, message, locationWithId = one.location)
    }
  }

  private companion object {
    /** `group:artifact` of full coordinates. */
    fun artifactOf(coordinates: String): String = coordinates.split(':').take(2).joinToString(":")

    /** `picocli` of `picocli-4.7.7.jar`. */
    fun artifactName(jar: File): String = jar.name.replace(Regex("-\\d.*"), "")
  }
}
