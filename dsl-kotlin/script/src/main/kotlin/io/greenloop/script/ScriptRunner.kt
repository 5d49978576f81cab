package io.greenloop.script

import io.greenloop.kotlin.script.ScriptRuntime
import io.greenloop.kotlin.script.ScriptScope
import java.io.IOException
import java.lang.reflect.InvocationTargetException
import java.net.URLClassLoader
import java.nio.file.Files
import java.nio.file.Path
import kotlin.system.exitProcess

/**
 * From a script file to its exit code: look into the cache, compile on a miss, run in this process.
 *
 * The compiler is another process, for it brings 70 MB of jars that an unchanged script never needs.
 */
internal object ScriptRunner {
  const val EXTENSION = ".loop.kts"

  /** What to say of a file with another name. */
  const val NAMES = "the name of a script ends with $EXTENSION"

  /**
   * Leaves the process with the code that the script asked for by `exit`.
   *
   * @return 0 after a normal end: threads the script started itself may finish
   */
  fun run(request: RunRequest): Int {
    val compiled = compiled(request) ?: return ExitCode.USAGE
    ArchiveTraining.startIfMissing()
    request.jfr?.let { if (!FlightRecording.start(it)) return ExitCode.USAGE }
    execute(compiled, request)?.let { exitProcess(it) }
    return ExitCode.OK
  }

  /** Brings the compiled forms of [scripts] up to date, all in one compiler process; runs none. */
  fun check(scripts: List<String>): Int {
    val jobs =
      scripts.map { shown ->
        val path = Path.of(shown)
        problem(path)?.let {
          complain("check $shown: $it")
          return ExitCode.USAGE
        }
        job(path, shown)
      }
    val outdated = jobs.filter { CachedScript.open(it.jar) == null }
    return if (outdated.isEmpty()) ExitCode.OK else CompilerProcess.compile(outdated)
  }

  /** The compiled form of the script, made now if need be; null: there is none, and it was said why. */
  private fun compiled(request: RunRequest): CachedScript? {
    problem(request.path)?.let {
      complain("run ${request.shown}: $it")
      return null
    }
    val job = job(request.path, request.shown)
    CachedScript.open(job.jar)?.let { return it }
    val possible = if (Home.canWrite(job.jar.parent)) job else withoutCache(job)
    if (CompilerProcess.compile(listOf(possible)) != ExitCode.OK) return null
    val compiled = CachedScript.open(possible.jar)
    if (compiled == null) {
      complain("run ${request.shown}: it changed while it was compiled; run it again")
    }
    return compiled
  }

  /** [job], its result in a folder of its own that goes with this process. */
  private fun withoutCache(job: CompilerJob): CompilerJob {
    val folder = Files.createTempDirectory("greenloop")
    val jar = folder.resolve(job.jar.fileName)
    listOf(folder, jar).forEach { it.toFile().deleteOnExit() } // the last one first
    complain(
      "cannot write ${job.jar.parent}, so ${job.shown} is compiled at each run; " +
        "set XDG_CACHE_HOME to a folder that can be written",
    )
    return CompilerJob(job.script, job.shown, jar, job.text)
  }

  /** What [script] is made of: itself and, once it is compiled, what it imports and is linked with. */
  fun sources(script: Path): List<Path> {
    val text =
      try {
        Files.readAllBytes(script)
      } catch (_: IOException) {
        return listOf(script) // an editor is about to write it anew
      }
    return listOf(script) + CachedScript.parts(CachedScript.place(script, text))
  }

  /** What is wrong with [path] as a script, or null. */
  fun problem(path: Path): String? =
    when {
      !Files.exists(path) -> "no such file"
      Files.isDirectory(path) -> "is a folder, not a script"
      !path.fileName.toString().endsWith(EXTENSION) -> NAMES
      !Files.isReadable(path) -> "permission denied"
      else -> null
    }

  private fun job(
    path: Path,
    shown: String,
  ): CompilerJob {
    val text = Files.readAllBytes(path)
    val jar = CachedScript.place(path, text)
    return CompilerJob(path.toAbsolutePath().normalize(), shown, jar, Hash.of(text))
  }

  private fun execute(
    script: CachedScript,
    request: RunRequest,
  ): Int? {
    val loader =
      URLClassLoader(arrayOf(script.jar.toUri().toURL()), ScriptRunner::class.java.classLoader)
    Thread.currentThread().contextClassLoader = loader
    return try {
      ScriptRuntime.run(request.args, request.options()) { scope ->
        Instances(scope).of(loader.loadClass(script.mainClass))
      }
    } catch (failure: Throwable) {
      System.out.flush()
      if (!request.debug) ScriptTrace.cut(failure)
      failure.printStackTrace()
      ExitCode.FAILED
    }
  }

  /** Builds the script and, before it, each script it imports, once: their constructors are their code. */
  private class Instances(
    private val scope: ScriptScope,
  ) {
    private val known = HashMap<Class<*>, Any>()

    fun of(type: Class<*>): Any =
      known.getOrPut(type) {
        val constructor = type.constructors.single()
        val arguments =
          Array(constructor.parameterCount) { i ->
            val parameter = constructor.parameterTypes[i]
            if (parameter.isInstance(scope)) scope else of(parameter)
          }
        try {
          constructor.newInstance(*arguments)
        } catch (wrapped: InvocationTargetException) {
          throw wrapped.targetException
        }
      }
  }
}
