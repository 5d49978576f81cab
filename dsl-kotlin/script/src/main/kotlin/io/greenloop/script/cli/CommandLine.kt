package io.greenloop.script.cli

import io.greenloop.script.ExitCode
import io.greenloop.script.RunRequest
import io.greenloop.script.ScriptRunner
import io.greenloop.script.complain
import picocli.CommandLine.Command
import picocli.CommandLine.IVersionProvider
import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Option
import picocli.CommandLine.Parameters
import picocli.CommandLine.Spec
import java.util.concurrent.Callable

/** The full parser: everything but the usual `run`, all help texts and all errors of usage. */
internal object CommandLine {
  fun run(words: Array<String>): Int {
    val parser = picocli.CommandLine(GreenloopCommand())
    parser.setExpandAtFiles(false) // a word of a script may begin with @
    parser.commandSpec.exitCodeOnInvalidInput(ExitCode.USAGE)
    parser.isStopAtPositional = false
    parser.subcommands.getValue("run").isStopAtPositional = true
    parser.setParameterExceptionHandler { error, _ ->
      complain(Usage.sentence(error))
      ExitCode.USAGE
    }
    return parser.execute(*words)
  }
}

@Command(
  name = "greenloop",
  description = ["Runs Kotlin scripts on an event loop."],
  subcommands = [
    RunCommand::class,
    CompileCommand::class,
    DoctorCommand::class,
    PsCommand::class,
    PsTreeCommand::class,
    BenchCommand::class,
  ],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class GreenloopCommand : Callable<Int> {
  @Spec
  private lateinit var spec: CommandSpec

  override fun call(): Int {
    complain("no command given; write: ${Usage.line(spec)}")
    return ExitCode.USAGE
  }
}

internal class Version : IVersionProvider {
  override fun getVersion(): Array<String> =
    arrayOf("greenloop ${version()} (JDK ${System.getProperty("java.runtime.version")})")

  companion object {
    /** The first word of the build id. */
    fun version(): String = System.getProperty("greenloop.build").substringBefore(' ')
  }
}

@Command(
  name = "run",
  description = ["Runs a script; all words after SCRIPT are its arguments."],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class RunCommand : Callable<Int> {
  @Option(
    names = ["--seed"],
    paramLabel = "N",
    description = ["derive the order of ready tasks from N"],
  )
  private var seed: Long? = null

  @Option(
    names = ["--virtual-time"],
    description = [
      "let the loop's clock jump to the next timer: sleep, delay and timeouts take no time; " +
        "Thread.sleep and other blocking calls still do",
    ],
  )
  private var virtualTime = false

  @Option(
    names = ["--debug"],
    description = ["record where tasks are created, report slow steps, print whole traces"],
  )
  private var debug = false

  @Parameters(index = "0", paramLabel = "SCRIPT", description = ["a *.loop.kts file"])
  private lateinit var script: String

  @Parameters(index = "1..*", paramLabel = "ARGS", description = ["what the script sees as args"])
  private var args: List<String> = emptyList()

  override fun call(): Int = ScriptRunner.run(RunRequest(script, args, seed, virtualTime, debug))
}

@Command(
  name = "compile",
  description = ["Compiles scripts into the cache without running them."],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class CompileCommand : Callable<Int> {
  @Parameters(paramLabel = "SCRIPT", arity = "1..*", description = ["*.loop.kts files"])
  private lateinit var scripts: List<String>

  override fun call(): Int = ScriptRunner.compile(scripts)
}

@Command(
  name = "bench",
  description = ["Measures Greenloop beside its peers."],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class BenchCommand : Callable<Int> {
  @Option(names = ["--json"], description = ["print one JSON object a line"])
  private var json = false

  @Parameters(paramLabel = "NAME", description = ["benchmarks to run, also by prefix; none: all"])
  private var names: List<String> = emptyList()

  // The command itself starts the benchmarks in a JVM of their own; here is only what they need not know.
  override fun call(): Int {
    complain("bench: the benchmarks are not part of this installation; run it in a source tree")
    return ExitCode.USAGE
  }
}
