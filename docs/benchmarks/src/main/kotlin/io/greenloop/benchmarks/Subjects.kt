package io.greenloop.benchmarks

/** Every subject of every bench; the first peer of a bench is the one that ratios refer to. */
internal val ALL_SUBJECTS: List<Subject> =
  listOf(
    coreSubjects(),
    syncSubjects(),
    greenSubjects(),
    suspendSubjects(),
    coroutineSubjects(),
    kotlinxSubjects(),
    jdkSubjects(),
    pythonSubjects(),
    watchSubjects(),
    startSubjects(),
    echoSubjects(),
  ).flatten()
