package io.greenloop.script.cli

import io.greenloop.script.ExitCode
import io.greenloop.script.ScriptRunner
import io.greenloop.script.complain
import picocli.CommandLine.Command
import picocli.CommandLine.Parameters
import java.io.File
import java.io.IOException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable

@Command(
  name = "new",
  description = ["Makes a script, or a Maven project in Kotlin, to begin with."],
  footerHeading = "%nExamples:%n",
  footer = [
    "  greenloop new hello.loop.kts && ./hello.loop.kts",
    "  greenloop new demo && cd demo && mvn -q compile exec:exec",
  ],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class NewCommand : Callable<Int> {
  @Parameters(
    index = "0",
    paramLabel = "NAME",
    description = ["NAME.loop.kts: a script; any other name: the folder of a Maven project"],
  )
  private lateinit var name: String

  override fun call(): Int =
    try {
      val path = Path.of(name)
      if (name.endsWith(ScriptRunner.EXTENSION)) script(path) else project(path)
    } catch (there: FileAlreadyExistsException) {
      complain("new $name: ${there.file} is there already; nothing was changed")
      ExitCode.USAGE
    } catch (e: IOException) {
      complain("new $name: cannot write it ($e)")
      ExitCode.USAGE
    }

  private fun script(file: Path): Int {
    write(file, "script.loop.kts")
    file.toFile().setExecutable(true)
    println("$name is there; run it: ${Launcher.called()} $name")
    return ExitCode.OK
  }

  private fun project(folder: Path): Int {
    if (name.endsWith(".kts") || name.endsWith(".kt")) {
      val script = name.removeSuffix(".kts").removeSuffix(".kt") + ScriptRunner.EXTENSION
      complain("new $name: ${ScriptRunner.NAMES}; write: greenloop new $script")
      return ExitCode.USAGE
    }
    if (!artifact().matches(ARTIFACT)) {
      complain(
        "new $name: a project's name has letters, digits, '-', '_' and '.' only, " +
          "for it is Maven's, too; a script's name ends with ${ScriptRunner.EXTENSION}",
      )
      return ExitCode.USAGE
    }
    if (Files.exists(folder)) throw FileAlreadyExistsException("$folder")
    write(folder.resolve("pom.xml"), "project/pom.xml")
    write(folder.resolve("src/main/kotlin/Main.kt"), "project/Main.kt")
    write(folder.resolve("src/test/kotlin/MainTest.kt"), "project/MainTest.kt")
    Files.writeString(folder.resolve(".gitignore"), "target/\n")
    println(
      """
      |$name is there. Greenloop is not published yet, so lay it into your local repository once, ${Launcher.place()}:
      |  ./mvnw -q install -Dlint.skip -DskipTests -pl runtime-java/testing,dsl-kotlin/dsl -am
      |run it: cd $name && mvn -q compile exec:exec; test it: mvn test
      """.trimMargin(),
    )
    return ExitCode.OK
  }

  private fun artifact(): String =
    Path
      .of(name)
      .toAbsolutePath()
      .normalize()
      .fileName
      ?.toString()
      .orEmpty()

  private fun write(
    file: Path,
    template: String,
  ) {
    file.toAbsolutePath().parent.let(Files::createDirectories)
    val text = checkNotNull(NewCommand::class.java.getResource("new/$template")).readText()
    Files.writeString(
      file,
      text.replace("@NAME@", artifact()).replace("@VERSION@", Version.version()),
      java.nio.file.StandardOpenOption.CREATE_NEW,
    )
  }

  private companion object {
    val ARTIFACT = Regex("[A-Za-z0-9_][A-Za-z0-9_.-]*")
  }
}

/** The shell command that started this JVM. */
private object Launcher {
  /** How it was called; its bare name where it lies on the PATH. */
  fun called(): String {
    val word = System.getProperty("greenloop.called")
    val folder = Path.of(word).parent ?: return word
    val searched = System.getenv("PATH").orEmpty().split(File.pathSeparator)
    return if ("$folder" in searched) "${Path.of(word).fileName}" else word
  }

  /** Where the sources are. */
  fun place(): String {
    val tree = Path.of(System.getProperty("greenloop.launcher")).parent
    return if (Files.exists(tree.resolve("mvnw"))) "in $tree" else "in its source tree"
  }
}
