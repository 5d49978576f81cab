package io.greenloop.script.cli

import io.greenloop.script.ExitCode
import io.greenloop.script.complain
import picocli.CommandLine.Command
import picocli.CommandLine.Option
import picocli.CommandLine.Parameters
import java.util.concurrent.Callable

@Command(
  name = "ps",
  description = ["Lists the tasks of a running program: what each does, and who waits for it."],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class PsCommand : Callable<Int> {
  @Option(names = ["--stacks"], description = ["show full stacks instead of a table"])
  private var stacks = false

  @Option(names = ["--json"], description = ["print one JSON object, with full stacks"])
  private var json = false

  @Parameters(paramLabel = "PID", description = ["the process id of a JVM"])
  private var pid: Long = 0

  override fun call(): Int =
    show(
      "ps",
      pid,
      when {
        json -> "json"
        stacks -> "text"
        else -> "table"
      },
    )
}

@Command(
  name = "pstree",
  description = ["Shows which task of a running program waits for which, as a tree."],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class PsTreeCommand : Callable<Int> {
  @Parameters(paramLabel = "PID", description = ["the process id of a JVM"])
  private var pid: Long = 0

  override fun call(): Int = show("pstree", pid, "tree")
}

private fun show(
  command: String,
  pid: Long,
  kind: String,
): Int =
  try {
    println(OtherJvm(pid).ask(kind))
    ExitCode.OK
  } catch (none: NoAnswer) {
    complain("$command $pid: ${none.message}")
    ExitCode.USAGE
  }
