/** The host of {@code *.loop.kts} scripts and the command line. */
module io.greenloop.script {
  requires transitive io.greenloop.kotlin;

  exports io.greenloop.script;
}
