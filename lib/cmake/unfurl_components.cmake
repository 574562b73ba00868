# The parts of the library that a project can use one by one: find_package(unfurl COMPONENTS core). For each the folders of
# lib/ that it is made of, its public headers, and the parts that it builds on. The build, the installed package and the
# test of layers read this file.
set(unfurl_components core formats draw audio app)

set(unfurl_core_folders
  core data program ops passes backend model factors operators algorithms unroll network export nn store train inference codes decoding)
set(unfurl_core_headers "*")  # all that no other part has
set(unfurl_core_uses "")

set(unfurl_formats_folders formats)
set(unfurl_formats_headers code_files.hpp data_files.hpp formats.hpp npz.hpp)
set(unfurl_formats_uses core)

set(unfurl_draw_folders draw)
set(unfurl_draw_headers draw.hpp)
set(unfurl_draw_uses core)

set(unfurl_audio_folders audio)
set(unfurl_audio_headers audio.hpp audio_stream.hpp metrics.hpp)
set(unfurl_audio_uses core)

set(unfurl_app_folders experiment report cli)
set(unfurl_app_headers audio_task.hpp cli.hpp contenders.hpp exhibit.hpp experiment.hpp options.hpp simple_task.hpp unfurl.hpp)
set(unfurl_app_uses core formats draw audio)

# Only where MPI is there, UNFURL_MPI.
set(unfurl_mpi_folders mpi)
set(unfurl_mpi_headers mpi.hpp)
set(unfurl_mpi_uses core)

set(unfurl_models_uses app)
