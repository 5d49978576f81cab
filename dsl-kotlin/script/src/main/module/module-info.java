/**
 * The host of {@code *.loop.kts} scripts and the command line.
 *
 * <p>The compiler process runs on the class path only: the jars of Kotlin's compiler share
 * packages, so no descriptor can name them.
 */
module io.greenloop.script {
  requires transitive io.greenloop.kotlin;
  requires info.picocli;
  requires java.management;
  requires jdk.attach;
  requires jdk.jfr;
  requires jdk.management;

  exports io.greenloop.script;

  opens io.greenloop.script.cli to
      info.picocli;
}
