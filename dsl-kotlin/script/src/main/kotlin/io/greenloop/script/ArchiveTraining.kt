package io.greenloop.script

import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE
import java.time.Duration
import java.time.Instant
import java.util.concurrent.TimeUnit

/**
 * Makes the AOT archives that let launcher and compiler start faster, in the background.
 *
 * JDK 25 does not check an archive of a small application against its jars: with a newer jar it would
 * run the old classes. So the archives' names carry a hash of all jars and flags and of the JDK, a file
 * appears only when it is whole, and nothing is ever overwritten.
 */
internal object ArchiveTraining {
  private const val ENVIRONMENT_SWITCH = "GREENLOOP_AOT"
  private val KEEP: Duration = Duration.ofDays(30)

  /** How the name of the folder begins that a trainer works in. */
  private const val WORK = "train"

  /** Longer than one works. */
  private val LEFT_ALONE: Duration = Duration.ofDays(1)

  /** Two archives and a lock for each of the last builds; an archive of the compiler has 100 MB. */
  private const val KEEP_FILES = 12
  private const val PATIENCE_SECONDS = 180L

  /** Starts a trainer if an archive is missing; returns at once. */
  fun startIfMissing() {
    val launcher = Home.launcherArchive ?: return
    val compiler = Home.compilerArchive ?: return
    if (System.getProperty("greenloop.training") != null) return
    RefusedArchive.remove(launcher)
    if ((Files.exists(launcher) && Files.exists(compiler)) ||
      Files.exists(failureMark())
    ) {
      return
    }
    if (!Home.canWrite(lockFile().parent)) return
    if (Terminal.isThere && !Files.exists(lockFile())) {
      complain(
        "making archives in the background, once for this build, that start later runs faster; " +
          "GREENLOOP_AOT=off leaves it",
      )
    }
    try {
      // Ctrl-C in the terminal reaches the whole process group: the trainer must outlive it.
      ProcessBuilder(
        listOf(
          "/bin/sh",
          "-c",
          "trap '' INT HUP; exec nice -n 19 \"$@\"",
          "greenloop-train",
        ) +
          trainer(),
      ).redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .apply { environment().remove("GREENLOOP_JAVA_OPTS") }
        .start()
    } catch (_: IOException) {
      // No shell or no right to start one: scripts run as before, a little slower.
    }
  }

  private fun trainer(): List<String> =
    buildList {
      add(Home.java.toString())
      add("-Xmx64m")
      add("-XX:TieredStopAtLevel=1")
      for (name in listOf("home", "build", "cache", "launcher", "archives")) {
        add("-Dgreenloop.$name=${System.getProperty("greenloop.$name")}")
      }
      add("-cp")
      add(System.getProperty("java.class.path"))
      add("io.greenloop.script.ArchiveTraining")
    }

  /** The trainer process; one at a time for a build, the others leave. */
  @JvmStatic
  fun main(words: Array<String>) {
    val folder = Files.createDirectories(failureMark().parent)
    FileChannel.open(lockFile(), CREATE, WRITE).use { lock ->
      lock.tryLock() ?: return
      removeLeftovers(folder)
      removeOld(folder, KEEP_FILES)
      removeOld(Home.cache.resolve("scripts"), Int.MAX_VALUE)
      val work = Files.createTempDirectory(folder, WORK)
      try {
        val done = trainCompiler(work) && trainLauncher(work)
        if (!done) Files.writeString(failureMark(), "training failed at ${Instant.now()}\n")
      } finally {
        removeFlat(work)
      }
    }
  }

  private fun trainCompiler(work: Path): Boolean {
    val archive = Home.compilerArchive!!
    if (Files.exists(archive)) return true
    val made = work.resolve("kotlinc.aot")
    val script = sample(work)
    val extra = listOf("-XX:AOTCacheOutput=$made")
    val text = Hash.of(Files.readAllBytes(script))
    val job = CompilerJob(script, "train", work.resolve("train.jar"), text)
    val command = CompilerProcess.command(listOf(job), extra)
    return succeeds(ProcessBuilder(command)) && keep(made, archive)
  }

  private fun trainLauncher(work: Path): Boolean {
    val archive = Home.launcherArchive!!
    if (Files.exists(archive)) return true
    val made = work.resolve("run.aot")
    val script = sample(work)

    // Through the command itself: it alone knows the launcher's flags.
    fun run(train: String?): Boolean {
      val process =
        ProcessBuilder(Home.launcher.toString(), "run", script.toString(), "train")
      process.environment()[ENVIRONMENT_SWITCH] = if (train == null) "off" else "train=$train"
      return succeeds(process)
    }
    return run(null) && run(made.toString()) && keep(made, archive)
  }

  private fun sample(work: Path): Path {
    val script = work.resolve("train.loop.kts")
    if (!Files.exists(script)) {
      ArchiveTraining::class.java
        .getResourceAsStream(
          "train.loop.kts",
        )!!
        .use { Files.copy(it, script) }
    }
    return script
  }

  private fun succeeds(process: ProcessBuilder): Boolean {
    val started =
      process
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
    if (!started.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) started.destroyForcibly()
    return started.waitFor() == 0
  }

  private fun keep(
    made: Path,
    archive: Path,
  ): Boolean {
    if (!Files.exists(made)) return false
    Files.move(made, archive, ATOMIC_MOVE)
    return true
  }

  /** Stays when the trainer has ended: a sign that this build had one. */
  private fun lockFile(): Path = Home.cache.resolve("aot/${Home.archives}.lock")

  /** After this a build does not try again; `doctor` shows it. */
  fun failureMark(): Path = Home.cache.resolve("aot/${Home.archives}.failed")

  /** What trainers left that were killed; one of another build may be at work in a new one. */
  internal fun removeLeftovers(folder: Path) {
    val limit = Instant.now().minus(LEFT_ALONE)
    val works =
      Files.newDirectoryStream(folder) {
        it.fileName.toString().startsWith(WORK) && Files.isDirectory(it, NOFOLLOW_LINKS)
      }
    works.use { left ->
      left.filter { Files.getLastModifiedTime(it).toInstant() < limit }.forEach(::removeFlat)
    }
  }

  private fun removeFlat(folder: Path) {
    Files.list(folder).use { files -> files.forEach(Files::deleteIfExists) }
    Files.deleteIfExists(folder)
  }

  /** Removes what is older than [KEEP], and all but the newest [count] files. */
  private fun removeOld(
    folder: Path,
    count: Int,
  ) {
    if (!Files.isDirectory(folder)) return
    val limit = Instant.now().minus(KEEP)
    val files = Files.newDirectoryStream(folder) { Files.isRegularFile(it) }.use { it.toList() }
    val ages = files.associateWith { Files.getLastModifiedTime(it).toInstant() }
    files.sortedByDescending { ages[it] }.forEachIndexed { i, file ->
      if (i >= count || ages.getValue(file) < limit) Files.deleteIfExists(file)
    }
  }
}
