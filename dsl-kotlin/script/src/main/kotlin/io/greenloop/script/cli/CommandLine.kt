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
import picocli.CommandLine.TypeConversionException
import java.util.concurrent.Callable
import kotlin.time.Duration

/** The full parser: everything but the usual `run`, all help texts and all errors of usage. */
internal object CommandLine {
  fun run(words: Array<String>): Int {
    val parser = picocli.CommandLine(GreenloopCommand())
    parser.registerConverter(Duration::class.java) {
      RunRequest.duration(it) ?: throw TypeConversionException("no duration: $it")
    }
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
  description = ["Runs Kotlin scripts on an event loop. SCRIPT alone is short for run SCRIPT."],
  footerHeading = "%nExamples:%n",
  footer = [
    "  greenloop new hello.loop.kts             a script to begin with",
    "  greenloop hello.loop.kts you             runs it with the argument 'you'",
    "  greenloop run --watch hello.loop.kts     runs it again each time it is saved",
    "  greenloop check *.loop.kts               compiles, runs nothing",
    "  greenloop new demo                       a Maven project to begin with",
    "  greenloop ps 4711                        what the tasks of a process wait for",
    "",
    "'greenloop COMMAND --help' says more about one of them.",
  ],
  subcommands = [
    RunCommand::class,
    CheckCommand::class,
    NewCommand::class,
    DoctorCommand::class,
    PsCommand::class,
    PsTreeCommand::class,
    BenchCommand::class,
    PortCheckCommand::class,
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
  footerHeading = "%nExamples:%n",
  footer = [
    "  greenloop run crawl.loop.kts https://example.org",
    "  greenloop run --virtual-time --seed 7 race.loop.kts",
    "  greenloop run --timeout 5m --debug nightly.loop.kts",
    "  greenloop run --jfr out.jfr busy.loop.kts && jfr summary out.jfr",
    "",
    "Exit codes: 0 done, 1 the script failed, 2 wrong usage or it does not compile,",
    "124 its time is up, 130 interrupted; or what the script hands to exit(n).",
  ],
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
    names = ["--timeout"],
    paramLabel = "TIME",
    description = [
      "cancel the script after TIME, such as 90s, 5m or 1h; exit code 124. " +
        "Cleanup may take ten seconds more",
    ],
  )
  private var limit: Duration? = null

  @Option(
    names = ["--debug"],
    description = ["record where tasks are created, report slow steps, print whole traces"],
  )
  private var debug = false

  @Option(
    names = ["--jfr"],
    paramLabel = "FILE",
    description = ["write a flight recording of the run to FILE"],
  )
  private var jfr: String? = null

  @Option(
    names = ["--watch"],
    description = ["run it again whenever it, or a file it imports, is saved; until Ctrl-C"],
  )
  private var watch = false

  @Parameters(index = "0", paramLabel = "SCRIPT", description = ["a *.loop.kts file"])
  private lateinit var script: String

  @Parameters(index = "1..*", paramLabel = "ARGS", description = ["what the script sees as args"])
  private var args: List<String> = emptyList()

  override fun call(): Int =
    if (watch) {
      WatchedRun(script, options() + script + args).run()
    } else {
      ScriptRunner.run(RunRequest(script, args, seed, virtualTime, debug, limit, jfr))
    }

  private fun options(): List<String> =
    buildList {
      seed?.let { addAll(listOf("--seed", "$it")) }
      if (virtualTime) add("--virtual-time")
      limit?.let { addAll(listOf("--timeout", it.toIsoString())) }
      if (debug) add("--debug")
      jfr?.let { addAll(listOf("--jfr", it)) }
    }
}

@Command(
  name = "check",
  description = ["Compiles scripts and runs none; each then starts at once when it is run."],
  footerHeading = "%nExamples:%n",
  footer = ["  greenloop check *.loop.kts               in a hook, or for a container image"],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class CheckCommand : Callable<Int> {
  @Parameters(paramLabel = "SCRIPT", arity = "1..*", description = ["*.loop.kts files"])
  private lateinit var scripts: List<String>

  override fun call(): Int = ScriptRunner.check(scripts)
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

  @Option(names = ["--rounds"], paramLabel = "N", description = ["measure N times, at least 1"])
  private var rounds: Int? = null

  @Parameters(paramLabel = "NAME", description = ["benchmarks to run, also by prefix; none: all"])
  private var names: List<String> = emptyList()

  // The command itself starts the benchmarks in a JVM of their own; here is only what they need not know.
  override fun call(): Int {
    complain("bench: the benchmarks are not part of this installation; run it in a source tree")
    return ExitCode.USAGE
  }
}
